/** The filters: kinds are hidden at once, all else is asked of the server. */

import { byId, fill, h } from "./dom";
import { communities } from "./drawn";
import { isFiltered, isSmall } from "./loading";
import { go, KINDS, state, type State } from "./state";
import { short, words } from "./text";
import type { Kind, Statistics } from "./types";

const form = byId("filters");

/** Make the controls for a graph. */
export function begin({ papersByYear, edgesByRole }: Statistics): void {
  const years = papersByYear.map(({ year }) => year).filter((year) => year !== null);
  const [first, last] = [Math.min(...years), Math.max(...years)];
  const year = (name: "since" | "until", label: string) => h("label", {}, label,
    h("input", { type: "number", name, id: name, min: first, max: last, placeholder: name === "since" ? first : last, onchange: (event) => {
      const { value } = event.target as HTMLInputElement;
      go({ [name]: value ? Number(value) : null });
    } }));
  const sureNow = h("output", { for: "sure", id: "sure-now" });
  const sure = h("input", { type: "range", id: "sure", min: 0, max: 0.95, step: 0.05,
    oninput: (event) => { sureNow.textContent = percent(Number((event.target as HTMLInputElement).value)); },
    onchange: (event) => go({ sure: Number((event.target as HTMLInputElement).value) }) });
  const role = h("select", { id: "role", onchange: (event) => go({ role: (event.target as HTMLSelectElement).value }) },
    h("option", { value: "" }, "any"), edgesByRole.filter(({ count }) => count).map(({ role: each, count }) => h("option", { value: each }, `${words(each)} (${count})`)));
  const within = h("select", { id: "within", onchange: (event) => go({ within: (event.target as HTMLSelectElement).value, open: [], view: "" }) });
  const colour = h("select", { id: "colour", onchange: (event) => go({ colour: (event.target as HTMLSelectElement).value as State["colour"] }) },
    h("option", { value: "" }, "type"), h("option", { value: "community" }, "community"));
  fill(form,
    h("h2", {}, "Filters"),
    years.length ? h("fieldset", {}, h("legend", {}, "Year of publication"), h("div", { class: "two" }, year("since", "from"), year("until", "to"))) : null,
    h("label", { for: "sure" }, "Sure at least ", sureNow), sure,
    h("label", { for: "role" }, "Role in a paper"), role,
    h("label", { for: "within" }, "Community"), within,
    h("label", { for: "colour" }, "Colour by"), colour,
    isSmall() ? null : h("label", { class: "check" }, h("input", { type: "checkbox", id: "all", onchange: (event) => go({ view: (event.target as HTMLInputElement).checked ? "all" : "" }) }), "Show up to 5,000 nodes at once"),
    h("button", { type: "button", id: "clear", onclick: () => go({ since: null, until: null, sure: 0, role: "", within: "", hide: [], view: "" }) }, "Clear the filters"));
  fill(byId("legend"), KINDS.map((kind) => h("button", {
    type: "button", class: `toggle ${kind.toLowerCase()}`, "data-kind": kind, "aria-pressed": "true",
    onclick: () => {
      const { hide } = state();
      go({ hide: hide.includes(kind) ? hide.filter((each) => each !== kind) : KINDS.filter((each) => each === kind || hide.includes(each)) });
    },
  }, words(kind))));
}

/** Let the controls say what the state is. */
export function tell(now: State): void {
  const value = (id: string, text: string) => { const control = document.getElementById(id) as HTMLInputElement | null; if (control) control.value = text; };
  value("since", now.since ? String(now.since) : "");
  value("until", now.until ? String(now.until) : "");
  value("sure", String(now.sure));
  const output = document.getElementById("sure-now");
  if (output) output.textContent = percent(now.sure);
  value("role", now.role);
  value("colour", now.colour);
  document.body.classList.toggle("by-community", now.colour === "community");
  const all = document.getElementById("all") as HTMLInputElement | null;
  if (all) all.checked = now.view === "all";
  const within = byId<HTMLSelectElement>("within");
  if (within.options.length !== communities.size + 1) {
    fill(within, h("option", { value: "" }, "all"), [...communities.values()].map(({ iri, label, memberCount }) => h("option", { value: iri }, `${short(label, 44)} (${memberCount})`)));
  }
  if (now.within && !communities.has(now.within)) within.append(h("option", { value: now.within }, "the chosen one"));
  within.value = now.within;
  for (const button of byId("legend").children) button.setAttribute("aria-pressed", String(!now.hide.includes((button as HTMLElement).dataset.kind as Kind)));
  byId("toggle-filters").classList.toggle("on", isFiltered(now) || now.hide.length > 0);
}

function percent(share: number): string {
  return `${Math.round(share * 100)}%`;
}
