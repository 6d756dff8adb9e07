// Prints the graph of a file of graphology's own JSON as graphology takes it up: node read_json.mjs FILE
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const Graph = require("graphology");

const graph = Graph.from(JSON.parse(readFileSync(process.argv[2], "utf8")));
process.stdout.write(JSON.stringify({ ...graph.export(), type: graph.type, multi: graph.multi }));
