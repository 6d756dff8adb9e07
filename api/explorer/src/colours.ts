/**
 * Colours: those of the project's pictures (Okabe and Ito, 2008), told apart by colour-blind readers too.
 *
 * A test holds them against `kg.export.drawing`.
 */

import type { Kind } from "./types";

export const COLOURS: Record<Kind, string> = {
  PAPER: "#999999",
  METHOD: "#0072B2",
  TASK: "#E69F00",
  DATASET: "#009E73",
  HARDWARE: "#D55E00",
  METRIC: "#CC79A7",
  COMMUNITY: "#56B4E9",
};

/** Colours of the largest communities; the others share the last. */
const GROUPS = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#B8A800"];
const REST = "#999999";

export function groupColour(place: number | undefined): string {
  return place === undefined ? REST : (GROUPS[place] ?? REST);
}

export interface Theme { ink: string; quiet: string; paper: string; edge: string; strong: string; faint: string }

/** Colours of the page as it is shown, light or dark. */
export function theme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return { ink: of("ink"), quiet: of("quiet"), paper: of("map"), edge: of("edge"), strong: of("strong"), faint: of("faint") };
}

/** So much of a colour, the rest of the ground: what looks like glass, for sigma draws no true glass. */
export function mixed(colour: string, ground: string, share: number): string {
  const parts = (text: string) => [1, 3, 5].map((place) => Number.parseInt(text.slice(place, place + 2), 16));
  const [over, under] = [parts(colour), parts(ground)];
  return `#${over.map((part, place) => Math.round(part * share + under[place]! * (1 - share)).toString(16).padStart(2, "0")).join("")}`;
}
