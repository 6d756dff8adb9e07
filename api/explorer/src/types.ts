/** What the GraphQL API answers, as far as this page asks. */

export type EntityType = "METHOD" | "TASK" | "DATASET" | "HARDWARE" | "METRIC";
export type Kind = EntityType | "PAPER" | "COMMUNITY";

export interface EntityRef { iri: string; name: string; type: EntityType; paperCount?: number }
export interface PaperRef { iri: string; title: string; year: number | null }
export interface CommunityRef { iri: string; label: string; memberCount: number }
export type NodeRef =
  | ({ __typename: "Entity" } & EntityRef)
  | ({ __typename: "Paper" } & PaperRef)
  | ({ __typename: "Community" } & CommunityRef);

export interface PageInfo { hasNextPage: boolean; endCursor: string | null }
export interface Page<Edge> { totalCount: number; pageInfo: PageInfo; edges: Edge[] }

export interface Quote { text: string; start: number; end: number }

export interface Claim {
  iri: string;
  predicate: string;
  confidence: number;
  edgeConfidence: number | null;
  support: number | null;
  status: "STATED" | "HEDGED";
  derived: boolean;
  spanStart: number | null;
  spanEnd: number | null;
  subject: NodeRef;
  object: EntityRef;
  paper: PaperRef & { abstract?: string | null };
  quotes: Quote[];
  extractor?: { name: string; version: string | null } | null;
}

export interface MapEntity extends EntityRef {
  pageRank: number | null;
  related: { edges: { relation: string; direction: "OUTGOING" | "INCOMING"; claimCount: number; confidence: number | null; node: { iri: string } }[] };
}

export interface MapPaper extends PaperRef {
  pageRank: number | null;
  entities: { edges: { role: string; node: { iri: string } }[] };
}

export interface Result {
  iri: string;
  value: string;
  change: boolean;
  direction: string | null;
  confidence: number;
  metric: EntityRef | null;
  method: EntityRef | null;
  dataset: EntityRef | null;
  hardware: EntityRef | null;
  comparedTo: EntityRef | null;
  quotes: Quote[];
}

export interface Statistics {
  papers: number;
  entities: number;
  claims: number;
  results: number;
  edgesByRole: { role: string; count: number }[];
  papersByYear: { year: number | null; count: number }[];
  snapshot: { fingerprint: string; manifest: { base?: unknown } | null };
}
