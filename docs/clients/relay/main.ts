import {
  Environment,
  type FetchFunction,
  fetchQuery,
  graphql,
  type GraphQLResponse,
  type GraphQLTaggedNode,
  Network,
  Observable,
  type OperationType,
  readInlineData,
  RecordSource,
  requestSubscription,
  Store,
  type SubscribeFunction,
} from "relay-runtime";
import { createClient } from "graphql-ws";
import { headers, ids, run, show, url, webSocket } from "../gateway";
import type { mainAccount$key } from "./__generated__/mainAccount.graphql";
import type { mainArtifact$key } from "./__generated__/mainArtifact.graphql";
import type { mainCardsQuery } from "./__generated__/mainCardsQuery.graphql";
import type { mainMoviesQuery } from "./__generated__/mainMoviesQuery.graphql";
import type { mainNode$key } from "./__generated__/mainNode.graphql";
import type { mainProfile$key } from "./__generated__/mainProfile.graphql";
import type { mainProgressSubscription } from "./__generated__/mainProgressSubscription.graphql";
import type { mainStaffAloneQuery } from "./__generated__/mainStaffAloneQuery.graphql";
import type { mainTitle$key } from "./__generated__/mainTitle.graphql";
import type { mainVideoQuery } from "./__generated__/mainVideoQuery.graphql";

const send: FetchFunction = async (request, variables) => {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      ...headers,
      accept: "application/graphql-response+json",
      "content-type": "application/json",
    },
    body: JSON.stringify({ query: request.text, variables }),
  });
  return await response.json();
};

const sockets = createClient(webSocket);

const subscribe: SubscribeFunction = (request, variables) =>
  Observable.create((sink) =>
    sockets.subscribe(
      { operationName: request.name, query: request.text ?? "", variables },
      { ...sink, next: (said) => sink.next(said as GraphQLResponse) },
    ),
  );

const environment = new Environment({
  network: Network.create(send, subscribe),
  store: new Store(new RecordSource()),
});

async function ask<Operation extends OperationType>(
  query: GraphQLTaggedNode,
  variables: Operation["variables"],
): Promise<Operation["response"]> {
  return await fetchQuery<Operation>(environment, query, variables).toPromise();
}

const VIDEO = graphql`
  query mainVideoQuery($inputRecordId: ID!) {
    inputRecord(by: { inputRecordId: $inputRecordId }) {
      finalVideos(first: 1) {
        nodes {
          url
          qualityScore
          fileSizeBytes
        }
      }
    }
  }
`;

const MOVIES = graphql`
  query mainMoviesQuery($after: String) {
    movies(genre: "Drama", first: 2, after: $after) @connection(key: "main_movies") {
      edges {
        node {
          title
        }
      }
      pageInfo {
        endCursor
      }
    }
  }
`;

const CARDS = graphql`
  query mainCardsQuery($inputRecordId: ID!, $movieId: ID!, $kidProfileId: ID!) {
    viewer {
      accounts {
        ...mainAccount
        ...mainNode
      }
    }
    profile(by: { kidProfileId: $kidProfileId }) {
      ...mainProfile
    }
    title(by: { movieId: $movieId }) {
      ...mainTitle
    }
    inputRecord(by: { inputRecordId: $inputRecordId }) {
      artifacts(first: 2) {
        nodes {
          ...mainArtifact
        }
      }
    }
  }
`;

const ACCOUNT = graphql`
  fragment mainAccount on Account @inline {
    createdAt
  }
`;

const NODE = graphql`
  fragment mainNode on Node @inline {
    __typename
  }
`;

const PROFILE = graphql`
  fragment mainProfile on Profile @inline {
    name
  }
`;

const TITLE = graphql`
  fragment mainTitle on Title @inline {
    title
    releaseYear
  }
`;

const ARTIFACT = graphql`
  fragment mainArtifact on Artifact @inline {
    url
  }
`;

const PROGRESS = graphql`
  subscription mainProgressSubscription($inputRecordId: ID!) {
    processingStatus(inputRecordId: $inputRecordId) {
      phase
      status
    }
  }
`;

const STAFF_ALONE = graphql`
  query mainStaffAloneQuery {
    titleReports(status: PENDING, first: 1) @catch(to: RESULT) {
      nodes {
        id
      }
    }
  }
`;

/** What a subscription says first. */
async function firstOf<Operation extends OperationType>(
  subscription: GraphQLTaggedNode,
  variables: Operation["variables"],
): Promise<Operation["response"] | null | undefined> {
  return await new Promise((resolve, reject) => {
    const running = requestSubscription<Operation>(environment, {
      subscription,
      variables,
      onNext: (said) => {
        resolve(said);
        running.dispose();
      },
      onError: reject,
    });
  });
}

async function main(): Promise<void> {
  const data = await ask<mainVideoQuery>(VIDEO, { inputRecordId: ids.inputRecordId });
  const video = data.inputRecord?.finalVideos?.nodes[0];

  const first = (await ask<mainMoviesQuery>(MOVIES, {})).movies;
  const both = (await ask<mainMoviesQuery>(MOVIES, { after: first?.pageInfo.endCursor })).movies;
  const titles = both?.edges.map((edge) => edge?.node?.title) ?? [];

  const cards = await ask<mainCardsQuery>(CARDS, ids);
  const accounts = cards.viewer?.accounts ?? [];
  const profile = readInlineData<mainProfile$key>(PROFILE, cards.profile);
  const title = readInlineData<mainTitle$key>(TITLE, cards.title);
  const artifacts = cards.inputRecord?.artifacts?.nodes ?? [];

  const { titleReports: reports } = await ask<mainStaffAloneQuery>(STAFF_ALONE, {});
  const [refused] = (reports.ok ? [] : reports.errors) as { extensions: { code: string } }[];

  const variables = { inputRecordId: ids.inputRecordId };
  const progress = (await firstOf<mainProgressSubscription>(PROGRESS, variables))?.processingStatus;

  show({
    video: [video?.url, video?.qualityScore, video?.fileSizeBytes],
    pages: [titles.slice(0, 2), titles.slice(2)],
    accounts: accounts.map((account) => [
      readInlineData<mainNode$key>(NODE, account)?.__typename,
      readInlineData<mainAccount$key>(ACCOUNT, account)?.createdAt,
    ]),
    profile: profile?.name,
    title: [title?.title, title?.releaseYear],
    artifacts: artifacts.map((one) => readInlineData<mainArtifact$key>(ARTIFACT, one)?.url),
    error: refused?.extensions.code,
    progress: [progress?.phase, progress?.status],
  });
  await sockets.dispose();
}

run(main);
