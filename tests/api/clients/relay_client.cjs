// Relay's own store against a server: pagination as usePaginationFragment does it, refetch by node(id), one record a node.
// node relay_client.cjs ADDRESS NODE_MODULES NODE_IDS_AS_JSON
const path = require("node:path");
const Module = require("node:module");

const [address, modules, ids] = process.argv.slice(2);
// The artifacts import relay-runtime, which lies in another folder.
process.env.NODE_PATH = modules;
Module._initPaths();

const relay = require("relay-runtime");
const artifact = (name) => require(path.join(__dirname, "__generated__", `${name}.graphql.js`));
let requests = 0;

async function send(request, variables) {
  requests += 1;
  const answer = await fetch(`${address}/graphql`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ query: request.text, variables }),
  });
  const body = await answer.json();
  if (body.errors) throw new Error(JSON.stringify(body.errors));
  return body;
}

const environment = new relay.Environment({
  network: relay.Network.create(send),
  store: new relay.Store(new relay.RecordSource()),
});

async function load(query, variables) {
  const operation = relay.createOperationDescriptor(query, variables);
  environment.retain(operation);
  await environment.execute({ operation }).toPromise();
  return environment.lookup(operation.fragment);
}

function read(fragment, reference) {
  const found = environment.lookup(relay.getSingularSelector(fragment, reference));
  if (found.isMissingData) throw new Error(`the store lacks what ${fragment.name} reads`);
  return found;
}

// What usePaginationFragment does on loadNext, but for React: the variables of the next page come from the fragment's
// own metadata, and the connection's handler in the store joins the page to those before.
async function pageThrough(fragment, reference, size) {
  const { connectionPathInFragmentData, paginationMetadata, paginationRequest } =
    relay.getPaginationMetadata(fragment, "pageThrough");
  // Of a fragment on a type with an id: the field that holds it, and the variable that node(id:) of the next page takes.
  const { identifierInfo } = fragment.metadata.refetch;
  const connection = () =>
    connectionPathInFragmentData.reduce((data, name) => data[name], read(fragment, reference).data);
  const counts = [];
  for (;;) {
    const { edges, pageInfo } = connection();
    counts.push(edges.length);
    if (!pageInfo.hasNextPage) return { edges, counts };
    const { variables } = relay.getSingularSelector(fragment, reference);
    const next = relay.getPaginationVariables(
      "forward", size, pageInfo.endCursor, variables, {}, paginationMetadata,
    );
    if (identifierInfo) {
      next[identifierInfo.identifierQueryVariableName] = read(fragment, reference).data[identifierInfo.identifierField];
    }
    await load(paginationRequest, next);
  }
}

(async () => {
  const size = 4;
  const first = await load(artifact("documentsPapersQuery"), { count: size, filter: null });
  const papers = await pageThrough(artifact("documentsPapers_query"), first.data, size);
  const entity = await load(artifact("documentsEntityQuery"), { name: "neural network", count: 2 });
  const own = await pageThrough(artifact("documentsEntity_entity"), entity.data.entity, 2);
  const store = environment.getStore().getSource();
  const before = store.getRecordIDs().filter((id) => store.get(id).__typename === "Paper");
  const nodes = [];
  for (const id of JSON.parse(ids)) nodes.push((await load(artifact("documentsNodeQuery"), { id })).data.node);
  const after = store.getRecordIDs().filter((id) => store.get(id).__typename === "Paper");
  const shared = own.edges[0].node.id;
  environment.commitUpdate((proxy) => proxy.get(shared).setValue("changed in the store", "title"));
  const titles = [
    read(artifact("documentsPapers_query"), first.data).data.papers,
    read(artifact("documentsEntity_entity"), entity.data.entity).data.papers,
  ].map((connection) => connection.edges.find((edge) => edge.node.id === shared).node.title);
  console.log(
    JSON.stringify({
      papers: papers.edges.map((edge) => edge.node.id),
      counts: papers.counts,
      total: read(artifact("documentsPapers_query"), first.data).data.papers.totalCount,
      own: own.edges.map((edge) => edge.node.id),
      ownCounts: own.counts,
      roles: own.edges.map((edge) => edge.role),
      before,
      after,
      nodes,
      record: store.get(JSON.parse(ids)[0]),
      titles,
      requests,
    }),
  );
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
