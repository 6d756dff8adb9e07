/** A paper's title and abstract with marks in them. */

import { h, type Child } from "./dom";
import { href, opening } from "./state";
import { to } from "./parts";
import { apart, length, moved, pieces, type Mark } from "./text";
import type { Claim, EntityRef } from "./types";

/** Title and abstract, the sentences of a claim marked, and in them the words it stands on. */
export function quoted(title: string, abstract: string, claim: Claim): HTMLElement {
  const marks: Mark<"quote" | "span">[] = claim.quotes.map(({ start, end }) => ({ start, end, value: "quote" }));
  if (claim.spanStart !== null && claim.spanEnd !== null) marks.push({ start: claim.spanStart, end: claim.spanEnd, value: "span" });
  const render = (text: string, from: number): Child[] =>
    pieces(text, moved(marks, from)).map(({ text: part, marks: on }) =>
      on.length ? h("mark", { class: on.includes("span") ? "quote span" : "quote" }, part) : part);
  return both(title, abstract, render);
}

/** Title and abstract, each mention in the colour of its type and a link to the entity. */
export function annotated(title: string, abstract: string, claims: readonly Claim[], hidden: ReadonlySet<string>): HTMLElement {
  const known = new Map<string, Mark<EntityRef>>();
  for (const { spanStart, spanEnd, object, subject } of claims) {
    // Claims between entities stand on a whole sentence; those of the paper on the mention.
    if (spanStart === null || spanEnd === null || subject.__typename !== "Paper" || hidden.has(object.type)) continue;
    known.set(`${spanStart} ${spanEnd}`, { start: spanStart, end: spanEnd, value: object });
  }
  const marks = apart([...known.values()]);
  const render = (text: string, from: number): Child[] =>
    pieces(text, moved(marks, from)).map(({ text: part, marks: [entity] }) =>
      entity ? to(opening(entity.iri), { class: `mention ${entity.type.toLowerCase()}`, title: `${entity.type.toLowerCase()}: ${entity.name}`, href: href(opening(entity.iri)) }, part) : part);
  return both(title, abstract, render);
}

function both(title: string, abstract: string, render: (text: string, from: number) => Child[]): HTMLElement {
  // Places count from the title on; a line feed stands between it and the abstract.
  return h("div", { class: "text" }, h("p", { class: "title" }, render(title, 0)), abstract ? h("p", { class: "abstract" }, render(abstract, length(title) + 1)) : h("p", { class: "quiet" }, "This paper has no abstract here."));
}
