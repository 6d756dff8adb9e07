/** Where nodes stand: spirals to begin with, then forces. Nothing is left to chance, so that a map looks the same again. */

export interface Task { id: number; x: number[]; y: number[]; size: number[]; edges: [number, number, number][]; gravity: number }
export interface Places { x: number[]; y: number[] }

const GOLDEN = Math.PI * (3 - Math.sqrt(5));

/** The n-th place of a spiral that fills a disc evenly, neighbours about 1 apart. */
export function spiral(place: number): { x: number; y: number } {
  const radius = Math.sqrt(place + 0.5);
  return { x: radius * Math.cos(place * GOLDEN), y: radius * Math.sin(place * GOLDEN) };
}

const waiting = new Map<number, (places: Places) => void>();
let worker: Worker | null = null;
let tasks = 0;

/** Places after forces have pulled at them. */
export function settled(task: Omit<Task, "id">): Promise<Places> {
  if (!worker) {
    worker = new Worker(new URL("layout.js", import.meta.url), { type: "module" });
    worker.addEventListener("message", ({ data }: MessageEvent<Places & { id: number }>) => {
      waiting.get(data.id)?.(data);
      waiting.delete(data.id);
    });
  }
  const id = ++tasks;
  return new Promise((resolve) => {
    waiting.set(id, resolve);
    worker?.postMessage({ ...task, id });
  });
}

/** Move discs apart that overlap, a little at a time; a few dozen discs at most. */
export function spread(places: Places, radius: readonly number[], gap: number): void {
  const { x, y } = places;
  for (let round = 0; round < 200; round++) {
    let moved = false;
    for (let a = 0; a < x.length; a++) {
      for (let b = a + 1; b < x.length; b++) {
        const dx = x[b]! - x[a]!, dy = y[b]! - y[a]!;
        const far = Math.hypot(dx, dy) || 1e-6, near = radius[a]! + radius[b]! + gap - far;
        if (near <= 1e-3) continue;
        moved = true;
        const ux = (dx / far) * near * 0.5, uy = (dy / far) * near * 0.5;
        x[a]! -= ux; y[a]! -= uy; x[b]! += ux; y[b]! += uy;
      }
    }
    if (!moved) return;
  }
}
