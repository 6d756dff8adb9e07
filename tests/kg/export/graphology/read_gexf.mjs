// Prints the graph of a GEXF file, as graphology reads it, as JSON: node read_gexf.mjs FILE
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const Graph = require("graphology");
const { parse } = require("graphology-gexf");

const graph = parse(Graph, readFileSync(process.argv[2], "utf8"));
process.stdout.write(JSON.stringify({ ...graph.export(), type: graph.type, multi: graph.multi }));
