/** ForceAtlas2 beside the page, so that the page stays quick. Same graph, same places. */

import Graph from "graphology";
import forceAtlas2 from "graphology-layout-forceatlas2";

import type { Task } from "./layout";

addEventListener("message", ({ data }: MessageEvent<Task>) => {
  const graph = new Graph({ type: "undirected" });
  data.x.forEach((x, place) => graph.addNode(place, { x, y: data.y[place], size: data.size[place] }));
  for (const [source, target, weight] of data.edges) {
    if (source !== target && !graph.hasEdge(source, target)) graph.addEdge(source, target, { weight });
  }
  const many = graph.order > 500;
  forceAtlas2.assign(graph, {
    iterations: Math.max(30, Math.min(500, Math.round(250_000 / graph.order))),
    getEdgeWeight: "weight",
    settings: {
      ...forceAtlas2.inferSettings(graph),
      barnesHutOptimize: many,
      linLogMode: true,
      outboundAttractionDistribution: false,
      edgeWeightInfluence: 0.5,
      gravity: data.gravity,
      strongGravityMode: false,
      scalingRatio: 8,
      slowDown: 1,
      adjustSizes: false,
    },
  });
  const x = data.x.map((_, place) => graph.getNodeAttribute(place, "x") as number);
  const y = data.y.map((_, place) => graph.getNodeAttribute(place, "y") as number);
  postMessage({ id: data.id, x, y });
});
