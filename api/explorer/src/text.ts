/**
 * Places in a text.
 *
 * The API counts characters as Unicode does, JavaScript counts some of them twice; so texts are taken apart first.
 */

export interface Mark<T> { start: number; end: number; value: T }
export interface Piece<T> { text: string; marks: T[] }

/** The text in pieces between which marks begin or end, each piece with the marks that cover it, in the order given. */
export function pieces<T>(text: string, marks: readonly Mark<T>[]): Piece<T>[] {
  const characters = Array.from(text);
  const within = marks
    .map(({ start, end, value }) => ({ start: Math.max(0, start), end: Math.min(characters.length, end), value }))
    .filter(({ start, end }) => start < end);
  const cuts = new Set([0, characters.length]);
  for (const { start, end } of within) cuts.add(start).add(end);
  const places = [...cuts].sort((a, b) => a - b);
  return places.slice(0, -1).map((start, place) => ({
    text: characters.slice(start, places[place + 1]).join(""),
    marks: within.filter((mark) => mark.start <= start && start < mark.end).map((mark) => mark.value),
  }));
}

/** The marks that lie in a part of a text, counted from its start. */
export function moved<T>(marks: readonly Mark<T>[], by: number): Mark<T>[] {
  return marks.map(({ start, end, value }) => ({ start: start - by, end: end - by, value }));
}

/** The marks of which no two overlap: of overlapping ones the longest, then the first. */
export function apart<T>(marks: readonly Mark<T>[]): Mark<T>[] {
  const kept: Mark<T>[] = [];
  for (const mark of [...marks].sort((a, b) => b.end - b.start - (a.end - a.start) || a.start - b.start)) {
    if (kept.every((other) => mark.end <= other.start || other.end <= mark.start)) kept.push(mark);
  }
  return kept.sort((a, b) => a.start - b.start);
}

/** Length as the API counts it. */
export function length(text: string): number {
  return Array.from(text).length;
}

/** `evaluatesOn` or `EVALUATES_ON` in words. */
export function words(name: string): string {
  if (name === "SUB_CLASS_OF" || name === "subClassOf" || name === "broader") return "is a kind of";
  return name.replace(/([a-z])([A-Z])/g, "$1 $2").replaceAll("_", " ").toLowerCase();
}

/** The text cut to so many characters. */
export function short(text: string, most: number): string {
  const characters = Array.from(text);
  return characters.length > most ? `${characters.slice(0, most - 1).join("").trimEnd()}…` : text;
}

/** A number with so many thousands as readers like. */
export function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${number.toLocaleString("en-GB")} ${number === 1 ? singular : plural}`;
}
