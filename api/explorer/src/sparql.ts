/** The SPARQL query that gives what a state shows. */

import { onPath } from "./path";
import type { State } from "./state";

const PREFIXES = `PREFIX kg: <https://w3id.org/paperkg/ontology#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX oa: <http://www.w3.org/ns/oa#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
`;

export function sparql(state: State): string {
  const { claim, node, from, to } = state;
  if (claim) return `${PREFIXES}
SELECT ?subject ?predicate ?object ?confidence ?quote ?paper WHERE {
  VALUES ?claim { ${iri(claim)} }
  ?claim rdf:subject ?subject ; rdf:predicate ?predicate ; rdf:object ?object ; kg:confidence ?confidence ;
    kg:claimedBy ?paper ; kg:evidence/oa:exact ?quote .
}`;
  const path = onPath();
  if (from && to && path.length) return `${PREFIXES}
# The edges between the nodes of the path, with the sentences that say so.
SELECT ?subject ?predicate ?object ?confidence ?quote WHERE {
  VALUES ?subject { ${path.map((each) => iri(each.iri)).join(" ")} }
  VALUES ?object { ${path.map((each) => iri(each.iri)).join(" ")} }
  ?subject ?predicate ?object .
  OPTIONAL { ?claim rdf:subject ?subject ; rdf:predicate ?predicate ; rdf:object ?object ; kg:confidence ?confidence ; kg:evidence/oa:exact ?quote }
}`;
  if (node) return `${PREFIXES}
SELECT ?subject ?predicate ?object ?confidence ?quote ?paper WHERE {
  { ?claim rdf:object ${iri(node)} } UNION { ?claim rdf:subject ${iri(node)} }
  ?claim rdf:subject ?subject ; rdf:predicate ?predicate ; rdf:object ?object ; kg:confidence ?confidence ;
    kg:claimedBy ?paper ; kg:evidence/oa:exact ?quote .
} ORDER BY DESC(?confidence)`;
  return map(state);
}

function map({ since, until, sure, within, role }: State): string {
  const lines = [
    "  ?claim rdf:subject ?subject ; rdf:predicate ?predicate ; rdf:object ?object ; kg:confidence ?confidence ; kg:claimedBy ?paper .",
    "  ?subject skos:prefLabel|dcterms:title ?from . ?object skos:prefLabel ?to .",
    ...(sure ? [`  FILTER(?confidence >= ${sure})`] : []),
    ...(since || until ? ["  ?paper dcterms:issued ?year ."] : []),
    ...(since ? [`  FILTER(STR(?year) >= "${since}")`] : []),
    ...(until ? [`  FILTER(STR(?year) <= "${until}")`] : []),
    ...(within ? [`  ?object kg:inCommunity ${iri(within)} .`] : []),
    ...(role ? [`  FILTER(?predicate = kg:${role.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())})`] : []),
  ];
  return `${PREFIXES}
SELECT ?from ?predicate ?to (COUNT(?claim) AS ?claims) (MAX(?confidence) AS ?best) WHERE {
${lines.join("\n")}
} GROUP BY ?from ?predicate ?to ORDER BY DESC(?claims) LIMIT 5000`;
}

/** The IRI in brackets, without what would end them. */
function iri(address: string): string {
  return `<${address.replace(/[\u0000-\u0020<>"{}|\\^`]/g, (letter) => encodeURIComponent(letter))}>`;
}
