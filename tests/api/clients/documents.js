// What the Relay client asks. `relay-compiler`, run in this folder, makes __generated__ of it and of the committed schema.
const { graphql } = require("relay-runtime");

graphql`
  query documentsPapersQuery($count: Int!, $filter: PaperFilter) {
    ...documentsPapers_query @arguments(count: $count, filter: $filter)
  }
`;

graphql`
  fragment documentsPapers_query on Query
  @argumentDefinitions(count: { type: "Int!" }, cursor: { type: "String" }, filter: { type: "PaperFilter" })
  @refetchable(queryName: "documentsPapersPageQuery") {
    papers(first: $count, after: $cursor, filter: $filter) @connection(key: "documents_papers") {
      totalCount
      edges {
        node {
          id
          title
          year
        }
      }
    }
  }
`;

graphql`
  query documentsEntityQuery($name: String!, $count: Int!) {
    entity(name: $name) {
      id
      name
      ...documentsEntity_entity @arguments(count: $count)
    }
  }
`;

graphql`
  fragment documentsEntity_entity on Entity
  @argumentDefinitions(count: { type: "Int!" }, cursor: { type: "String" })
  @refetchable(queryName: "documentsEntityPageQuery") {
    papers(first: $count, after: $cursor, includeNarrower: true) @connection(key: "documents_entity_papers") {
      edges {
        role
        node {
          id
          title
        }
      }
    }
  }
`;

graphql`
  query documentsNodeQuery($id: ID!) {
    node(id: $id) {
      __typename
      id
      ... on Paper {
        venue
      }
      ... on Entity {
        name
        paperCount
      }
      ... on Claim {
        confidence
        predicate
      }
      ... on Community {
        memberCount
      }
      ... on Result {
        value
      }
    }
  }
`;
