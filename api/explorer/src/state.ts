/** What is on screen, as the address says it: each state has an address, and the back button leads to the one before. */

import type { EntityType, Kind } from "./types";

export interface State {
  /** IRI of the paper, entity or community that the panel tells of. */
  node: string;
  /** IRI of the claim that the panel tells of. */
  claim: string;
  /** Ends of a path: with the first alone the reader is picking the second. */
  from: string;
  to: string;
  /** Communities that are opened on the map. */
  open: string[];
  /** Kinds that are hidden. */
  hide: Kind[];
  role: string;
  since: number | null;
  until: number | null;
  /** Least confidence, 0 to 1. */
  sure: number;
  /** IRI of the only community that is shown. */
  within: string;
  view: "" | "all" | "around";
  colour: "" | "community";
  list: boolean;
}

export const EMPTY: State = {
  node: "", claim: "", from: "", to: "", open: [], hide: [], role: "", since: null, until: null, sure: 0,
  within: "", view: "", colour: "", list: false,
};
export const KINDS: readonly Kind[] = ["METHOD", "TASK", "DATASET", "HARDWARE", "METRIC", "PAPER"];
export const ENTITY_TYPES = KINDS.slice(0, 5) as EntityType[];

let base = "";
let current: State = EMPTY;
const listeners: ((now: State, before: State) => void)[] = [];

/** What IRIs of this graph begin with; addresses leave it out. */
export function setBase(iri: unknown): void {
  base = typeof iri === "string" ? iri : "";
}

export function state(): State {
  return current;
}

/** Call a function whenever the state changes. */
export function onChange(listener: (now: State, before: State) => void): void {
  listeners.push(listener);
}

/** Read the address, now and whenever the reader goes back or forth. */
export function start(): void {
  current = read(location.search);
  window.addEventListener("popstate", () => become(read(location.search)));
  become(current);
}

/** Go to another state; `quiet` leaves no step for the back button. */
export function go(change: Partial<State>, { quiet = false } = {}): void {
  const next = { ...current, ...change };
  const address = addressOf(next);
  if (address !== addressOf(current)) history[quiet ? "replaceState" : "pushState"](null, "", address);
  become(next);
}

/** Address of the current state with a change. */
export function href(change: Partial<State>): string {
  return addressOf({ ...current, ...change });
}

/** The change that opens a node's page. */
export function opening(iri: string): Partial<State> {
  return { node: iri, claim: "", from: "", to: "", list: false };
}

/** Name of an IRI in addresses. */
export function brief(iri: string): string {
  return base && iri.startsWith(base) ? iri.slice(base.length) : iri;
}

function become(next: State): void {
  const before = current;
  current = next;
  for (const listener of listeners) listener(current, before);
}

function whole(name: string | null): string {
  return !name ? "" : /^[a-z][a-z0-9+.-]*:/i.test(name) ? name : base + name;
}

function read(search: string): State {
  const given = new URLSearchParams(search);
  const year = (name: string) => (/^\d{1,4}$/.test(given.get(name) ?? "") ? Number(given.get(name)) : null);
  const sure = Number(given.get("sure"));
  const view = given.get("view");
  const text = (name: string) => given.get(name) ?? "";
  return {
    node: whole(given.get("node")),
    claim: whole(given.get("claim")),
    from: whole(given.get("from")),
    to: whole(given.get("to")),
    open: given.getAll("open").map(whole),
    hide: KINDS.filter((kind) => text("hide").split(" ").includes(kind.toLowerCase())),
    role: /^[A-Z_]+$/.test(text("role")) ? text("role") : "",
    since: year("since"),
    until: year("until"),
    sure: sure > 0 && sure <= 1 ? sure : 0,
    within: whole(given.get("within")),
    view: view === "all" || view === "around" ? view : "",
    colour: given.get("colour") === "community" ? "community" : "",
    list: given.has("list"),
  };
}

function addressOf(shown: State): string {
  const given = new URLSearchParams();
  for (const name of ["node", "claim", "from", "to", "within"] as const) if (shown[name]) given.set(name, brief(shown[name]));
  for (const iri of shown.open) given.append("open", brief(iri));
  if (shown.hide.length) given.set("hide", shown.hide.join(" ").toLowerCase());
  for (const name of ["role", "since", "until", "sure", "view", "colour"] as const) if (shown[name]) given.set(name, String(shown[name]));
  if (shown.list) given.set("list", "1");
  // Slashes are allowed in a query and easier to read.
  const query = given.toString().replaceAll("%2F", "/").replaceAll("%3A", ":");
  return location.pathname + (query && `?${query}`);
}
