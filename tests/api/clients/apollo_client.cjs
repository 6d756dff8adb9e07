// Apollo's normalising cache against a server: relayStylePagination joins pages, nodes are kept once under their global ids.
// node apollo_client.cjs ADDRESS NODE_MODULES NODE_IDS_AS_JSON
const { createRequire } = require("node:module");

const [address, modules, ids] = process.argv.slice(2);
const load = createRequire(`${modules}/here.js`);
const { ApolloClient, HttpLink, InMemoryCache, gql } = load("@apollo/client");
const { relayStylePagination } = load("@apollo/client/utilities");

const cache = new InMemoryCache({
  possibleTypes: { Node: ["Paper", "Entity", "Claim", "Result", "Community"] },
  typePolicies: {
    Query: { fields: { papers: relayStylePagination(["filter", "orderBy"]) } },
    Entity: { fields: { papers: relayStylePagination(["role", "includeNarrower", "filter", "orderBy"]) } },
  },
});
const client = new ApolloClient({ cache, link: new HttpLink({ uri: `${address}/graphql`, fetch }) });

const PAPERS = gql`
  query Papers($first: Int!, $after: String, $filter: PaperFilter) {
    papers(first: $first, after: $after, filter: $filter) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      edges { cursor node { id title year } }
    }
  }
`;
const OWN = gql`
  query Own($first: Int!, $after: String) {
    entity(name: "neural network") {
      id
      papers(first: $first, after: $after, includeNarrower: true) {
        pageInfo { hasNextPage endCursor }
        edges { cursor role node { id title } }
      }
    }
  }
`;
const NODE = gql`
  query Node($id: ID!) {
    node(id: $id) { __typename id ... on Paper { venue } ... on Entity { name paperCount } ... on Claim { confidence predicate }
      ... on Community { memberCount } ... on Result { value } }
  }
`;

async function pages(query, size, connection) {
  const counts = [];
  let after = null;
  for (;;) {
    await client.query({ query, variables: { first: size, after }, fetchPolicy: "network-only" });
    const { edges, pageInfo } = connection(client.readQuery({ query, variables: { first: size } }));
    counts.push(edges.length);
    if (!pageInfo.hasNextPage) return { edges, counts };
    after = pageInfo.endCursor;
  }
}

(async () => {
  const papers = await pages(PAPERS, 4, (data) => data.papers);
  const own = await pages(OWN, 2, (data) => data.entity.papers);
  const before = Object.keys(cache.extract()).filter((key) => key.startsWith("Paper:"));
  const nodes = [];
  for (const id of JSON.parse(ids)) nodes.push((await client.query({ query: NODE, variables: { id } })).data.node);
  const after = Object.keys(cache.extract()).filter((key) => key.startsWith("Paper:"));
  const shared = own.edges[0].node.id;
  cache.modify({ id: `Paper:${shared}`, fields: { title: () => "changed in the store" } });
  const titles = [
    client.readQuery({ query: PAPERS, variables: { first: 4 } }).papers,
    client.readQuery({ query: OWN, variables: { first: 2 } }).entity.papers,
  ].map((connection) => connection.edges.find((edge) => edge.node.id === shared).node.title);
  console.log(
    JSON.stringify({
      papers: papers.edges.map((edge) => edge.node.id),
      counts: papers.counts,
      total: client.readQuery({ query: PAPERS, variables: { first: 4 } }).papers.totalCount,
      own: own.edges.map((edge) => edge.node.id),
      ownCounts: own.counts,
      roles: own.edges.map((edge) => edge.role),
      before: before.map((key) => key.slice("Paper:".length)),
      after: after.map((key) => key.slice("Paper:".length)),
      nodes,
      record: cache.extract()[`Paper:${JSON.parse(ids)[0]}`],
      titles,
    }),
  );
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
