"""How others ask the graph: GraphQL, SPARQL and a page that explains itself, all from one snapshot."""
