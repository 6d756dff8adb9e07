/** The search box: a combobox whose suggestions come as one types. */

import { ask } from "./ask";
import { byId, fill, h } from "./dom";
import { SUGGEST } from "./questions";
import { count, words } from "./text";
import type { EntityRef, PaperRef } from "./types";

interface Told { suggest: { text: string; node: EntityRef }[]; papers: { edges: { node: PaperRef }[] } }

const input = byId<HTMLInputElement>("search");
const options = byId("suggestions");
let found: { iri: string; element: HTMLElement }[] = [];
let active = -1;
let timer = 0;
let asked = new AbortController();

/** Tell `pick` what the reader chooses. */
export function begin(pick: (iri: string) => void): void {
  const choose = (place: number) => {
    const chosen = found[place];
    if (!chosen) return;
    close();
    input.value = "";
    pick(chosen.iri);
  };
  input.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void bring(choose), 120);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") activate(Math.min(found.length - 1, active + 1));
    else if (event.key === "ArrowUp") activate(Math.max(0, active - 1));
    else if (event.key === "Enter") choose(Math.max(0, active));
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  input.addEventListener("blur", () => window.setTimeout(close, 200));
  byId("search-form").addEventListener("submit", (event) => event.preventDefault());
}

async function bring(choose: (place: number) => void): Promise<void> {
  const text = input.value.trim();
  asked.abort();
  if (!text) return close();
  asked = new AbortController();
  let told: Told;
  try {
    told = await ask<Told>(SUGGEST, { text }, { signal: asked.signal });
  } catch {
    return;
  }
  const entities = told.suggest.map(({ text: alias, node }) => option(node.iri, node.type.toLowerCase(), node.name,
    `${words(node.type)}${alias === node.name ? "" : `, "${alias}"`}, ${count(node.paperCount ?? 0, "paper")}`));
  const papers = told.papers.edges.map(({ node }) => option(node.iri, "paper", node.title, `paper${node.year ? `, ${node.year}` : ""}`));
  found = [...entities, ...papers];
  found.forEach(({ element }, place) => {
    element.id = `option-${place}`;
    element.addEventListener("mousedown", (event) => { event.preventDefault(); choose(place); });
  });
  fill(options, found.length ? found.map(({ element }) => element) : h("li", { role: "option", "aria-disabled": "true", class: "none" }, "Nothing begins so."));
  options.hidden = false;
  input.setAttribute("aria-expanded", "true");
  byId("told").textContent = count(found.length, "suggestion");
  activate(found.length ? 0 : -1);
}

function option(iri: string, kind: string, name: string, note: string) {
  return { iri, element: h("li", { role: "option", class: kind, "aria-selected": "false" }, h("span", { class: `node ${kind}` }, name), h("span", { class: "quiet" }, note)) };
}

function activate(place: number): void {
  active = place;
  found.forEach(({ element }, index) => element.setAttribute("aria-selected", String(index === place)));
  const element = found[place]?.element;
  if (element) {
    input.setAttribute("aria-activedescendant", element.id);
    element.scrollIntoView({ block: "nearest" });
  } else input.removeAttribute("aria-activedescendant");
}

function close(): void {
  window.clearTimeout(timer);
  found = [];
  active = -1;
  options.hidden = true;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}
