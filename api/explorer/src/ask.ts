/** The only door to the server: its public GraphQL. */

import { byId, h } from "./dom";

/** An answer that says why there is none. */
export class ApiError extends Error {}

/** What a question is for: the map, or the page in the panel. */
export type Shown = "map" | "page";
export interface Asked { query: string; variables: Record<string, unknown> }

const KEY = "paperkg-key";
const latest: Partial<Record<Shown, Asked>> = {};
let waiting = 0;

/** The question that the map, or the page in the panel, came from. */
export function lastAsked(shown: Shown): Asked | undefined {
  return latest[shown];
}

/** What the server answers to a document. `shown` keeps the question for readers who want to ask it themselves. */
export async function ask<T>(query: string, variables: Record<string, unknown> = {}, { signal, shown }: { signal?: AbortSignal; shown?: Shown | undefined } = {}): Promise<T> {
  if (shown) latest[shown] = { query, variables };
  busy(1);
  try {
    for (;;) {
      const key = sessionStorage.getItem(KEY);
      const answer = await fetch("graphql", {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json", ...(key ? { Authorization: `Bearer ${key}` } : {}) },
        body: JSON.stringify({ query, variables }),
        signal: signal ?? null,
      });
      if (answer.status === 401) {
        await askForKey();
        continue;
      }
      const told = (await answer.json().catch(() => null)) as { data?: T; errors?: { message: string }[] } | null;
      if (told?.errors?.length) throw new ApiError(told.errors.map(({ message }) => message).join("; "));
      if (!answer.ok || !told?.data) throw new ApiError(`the server answered with status ${answer.status}`);
      return told.data;
    }
  } finally {
    busy(-1);
  }
}

function busy(change: number): void {
  waiting += change;
  byId("busy").hidden = waiting === 0;
}

let asking: Promise<void> | null = null;

/** Ask the reader for a key, once for all questions that wait for it. */
function askForKey(): Promise<void> {
  asking ??= new Promise((resolve) => {
    const input = h("input", { type: "password", id: "key", required: true, autocomplete: "off" });
    const form = h("form", { method: "dialog" }, h("h2", {}, "A key is needed"),
      h("p", {}, "This server answers those who have a key. It is kept until this tab is closed."),
      h("label", { for: "key" }, "Key"), input, h("button", { class: "primary" }, "Go on"));
    const dialog = h("dialog", { "aria-label": "A key is needed" }, form);
    dialog.addEventListener("close", () => {
      sessionStorage.setItem(KEY, input.value.trim());
      dialog.remove();
      asking = null;
      resolve();
    });
    document.body.append(dialog);
    dialog.showModal();
  });
  return asking;
}
