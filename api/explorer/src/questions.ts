/** The documents that the page sends. Those of the map ask for what the server answers quickest. */

const NODE = `__typename ... on Entity { iri name type } ... on Paper { iri title year }`;
const CLAIM = `iri predicate confidence edgeConfidence support status derived spanStart spanEnd
  subject { ${NODE} } object { iri name type } paper { iri title year } quotes { text start end }`;
const RESULT = `iri value change direction confidence quotes { text start end } metric { iri name type } method { iri name type }
  dataset { iri name type } hardware { iri name type } comparedTo { iri name type }`;
const PAGE = `totalCount pageInfo { hasNextPage endCursor }`;

export const STATISTICS = `query Statistics {
  statistics { papers entities claims results edgesByRole { role count } papersByYear { year count } snapshot { fingerprint manifest } }
}`;

const MAP_ENTITY = `iri name type paperCount pageRank
  related(first: 30) { edges { relation direction claimCount confidence node { iri } } }`;

/** Entities, the most central first. With a filter the server would be slow to tell their relations; see MAP_NODES. */
export const MAP_ENTITIES = `query Entities($first: Int, $after: String) {
  entities(first: $first, after: $after, orderBy: PAGERANK) { ${PAGE} edges { node { ${MAP_ENTITY} } } }
}`;

export const FILTERED = `query Filtered($first: Int, $after: String, $filter: EntityFilter) {
  entities(first: $first, after: $after, orderBy: PAGERANK, filter: $filter) { ${PAGE} edges { node { iri } } }
}`;

export const MAP_NODES = `query MapNodes($ids: [ID!]!) { nodes(ids: $ids) { ... on Entity { ${MAP_ENTITY} } } }`;

export const MAP_PAPERS = `query Papers($first: Int, $after: String, $sure: Float) {
  papers(first: $first, after: $after) {
    ${PAGE}
    edges { node { iri title year pageRank entities(first: 40, minConfidence: $sure) { edges { role node { iri } } } } }
  }
}`;

export const COMMUNITIES = `query Communities($after: String) {
  communities(first: 60, after: $after) { ${PAGE} edges { node { iri label memberCount } } }
}`;

/** The members that tell what communities have to do with each other, and those that colour a small map. */
export const MEMBERSHIP = `query Membership($first: Int, $after: String, $members: Int) {
  communities(first: $first, after: $after) { ${PAGE} edges { node { iri members(first: $members) { edges { node { iri } } } } } }
}`;

export const AROUND = `query Around($id: ID!, $depth: Int!, $limit: Int!, $filter: NeighbourhoodFilter) {
  neighbourhood(id: $id, depth: $depth, limit: $limit, filter: $filter) {
    truncated
    nodes { key x y size distance node { ${NODE} } }
    edges { source target predicate claimCount confidence }
  }
}`;

export const SUGGEST = `query Suggest($text: String!) {
  suggest(text: $text, first: 8) { text node { iri name type paperCount } }
  papers(filter: { search: $text }, first: 4, orderBy: PAGERANK) { edges { node { iri title year } } }
}`;

export const NODE_PAGE = `query Node($id: ID!) {
  node(id: $id) {
    __typename iri
    ... on Entity {
      name type aliases definition paperCount degree pageRank betweenness
      community { iri label memberCount } links { target match score }
      broader { iri name type } ancestors { iri name type } narrower(first: 40) { totalCount edges { node { iri name type } } }
      related(first: 40) { totalCount edges { relation direction claimCount confidence node { iri name type } } }
      trend { undated years { year papers share } }
    }
    ... on Paper {
      title abstract year authors venue url keywords identifiers degree pageRank betweenness
      community { iri label memberCount } results { ${RESULT} }
      claims(first: 100) { totalCount edges { node { ${CLAIM} } } }
      similar(first: 8) { edges { score node { iri title year } shared { node { iri name type } } } }
    }
    ... on Community { label memberCount modularity members(first: 40) { totalCount edges { node { ${NODE} } } } }
  }
}`;

export const PAPERS_OF = `query PapersOf($id: ID!, $after: String, $filter: PaperFilter) {
  entity(id: $id) { papers(first: 40, after: $after, filter: $filter) { ${PAGE} edges { role node { iri title year results { ${RESULT} } } } } }
}`;

export const CLAIMS_OF = `query ClaimsOf($filter: ClaimFilter, $after: String) {
  claims(filter: $filter, first: 10, after: $after) { ${PAGE} edges { node { ${CLAIM} } } }
}`;

export const CLAIM_PAGE = `query Claim($id: ID!) {
  node(id: $id) { __typename ... on Claim { ${CLAIM.replace("paper { iri title year }", "paper { iri title abstract year }")} extractor { name version } } }
}`;

export const PATH = `query Path($from: ID!, $to: ID!) {
  ends: nodes(ids: [$from, $to]) { ${NODE} }
  shortestPath(from: $from, to: $to) {
    length nodes { ${NODE} }
    steps { forward label predicate claimCount confidence subject { ${NODE} } object { ${NODE} } claims(first: 1) { ${CLAIM} } }
  }
}`;
