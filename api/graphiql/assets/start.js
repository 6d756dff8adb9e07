"use strict";

// The query a visitor finds first: it works on every graph and shows evidence.
const FIRST_QUERY = `# Papers, what they use, and the sentences that say so.
query Papers {
  papers(first: 5) {
    totalCount
    edges {
      node {
        title
        year
        entities(first: 5) {
          edges {
            role
            node { name type }
            claims(first: 1) { confidence quotes { text } }
          }
        }
      }
    }
  }
}
`;

ReactDOM.createRoot(document.getElementById("graphiql")).render(
  React.createElement(GraphiQL, {
    fetcher: GraphiQL.createFetcher({ url: "graphql" }),
    defaultQuery: FIRST_QUERY,
    defaultEditorToolsVisibility: true,
  }),
);
