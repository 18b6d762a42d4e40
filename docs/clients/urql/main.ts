import { Client, fetchExchange, subscriptionExchange } from "@urql/core";
import { cacheExchange } from "@urql/exchange-graphcache";
import { relayPagination } from "@urql/exchange-graphcache/extras";
import { createClient } from "graphql-ws";
import { pipe, take, toPromise } from "wonka";
import { useFragment as unmasked } from "../generated/fragment-masking";
import {
  AccountCardFragmentDoc,
  ArtifactCardFragmentDoc,
  CardsDocument,
  MoviesDocument,
  NodeCardFragmentDoc,
  ProfileCardFragmentDoc,
  ProgressDocument,
  StaffAloneDocument,
  TitleCardFragmentDoc,
  VideoDocument,
} from "../generated/graphql";
import { headers, ids, run, show, url, webSocket } from "../gateway";
import introspection from "../introspection.json";

const sockets = createClient(webSocket);

const client = new Client({
  url,
  fetchOptions: { headers },
  exchanges: [
    cacheExchange({
      schema: introspection,
      keys: { Person: (person) => person.email as string },  // which has no id
      resolvers: { Query: { movies: relayPagination() } },
    }),
    fetchExchange,
    // `fetchSubscriptions` would take server-sent events, but rejects a promise that nobody waits
    // for when a subscription is given up.
    subscriptionExchange({
      forwardSubscription: ({ query = "", variables }) => ({
        subscribe: (sink) => ({
          unsubscribe: sockets.subscribe({ query, variables: variables ?? {} }, sink),
        }),
      }),
    }),
  ],
});

async function main(): Promise<void> {
  const { data, error: refused } = await client.query(VideoDocument, {
    inputRecordId: ids.inputRecordId,
  });
  if (refused) {
    throw refused;
  }
  const video = data?.inputRecord?.finalVideos?.nodes[0];

  const first = (await client.query(MoviesDocument, {})).data?.movies;
  const after = first?.pageInfo.endCursor;
  const both = (await client.query(MoviesDocument, { after })).data?.movies;
  const titles = both?.edges.map((edge) => edge?.node?.title) ?? [];

  const { data: cards } = await client.query(CardsDocument, ids);
  const accounts = cards?.viewer?.accounts ?? [];
  const profile = unmasked(ProfileCardFragmentDoc, cards?.profile);
  const title = unmasked(TitleCardFragmentDoc, cards?.title);
  const artifacts = cards?.inputRecord?.artifacts?.nodes ?? [];

  const { error } = await client.query(StaffAloneDocument, {});

  const variables = { inputRecordId: ids.inputRecordId };
  const subscription = client.subscription(ProgressDocument, variables);
  const said = await pipe(subscription, take(1), toPromise);
  if (said.error) {
    throw said.error;
  }
  const progress = said.data?.processingStatus;

  show({
    video: [video?.url, video?.qualityScore, video?.fileSizeBytes],
    pages: [titles.slice(0, 2), titles.slice(2)],
    accounts: accounts.map((account) => [
      unmasked(NodeCardFragmentDoc, account)?.__typename,
      unmasked(AccountCardFragmentDoc, account)?.createdAt,
    ]),
    profile: profile?.name,
    title: [title?.title, title?.releaseYear],
    artifacts: artifacts.map((artifact) => unmasked(ArtifactCardFragmentDoc, artifact)?.url),
    error: error?.graphQLErrors[0]?.extensions.code,
    progress: [progress?.phase, progress?.status],
  });
  await sockets.dispose();
}

run(main);
