import {
  ApolloClient,
  ApolloLink,
  CombinedGraphQLErrors,
  HttpLink,
  InMemoryCache,
} from "@apollo/client";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { relayStylePagination } from "@apollo/client/utilities";
import { createClient } from "graphql-ws";
import { firstValueFrom } from "rxjs";
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
import possibleTypes from "../possible-types.json";

const sockets = createClient(webSocket);

const client = new ApolloClient({
  link: ApolloLink.split(
    ({ operationType }) => operationType === "subscription",
    new GraphQLWsLink(sockets),
    new HttpLink({ uri: url, headers }),
  ),
  cache: new InMemoryCache({
    possibleTypes,
    typePolicies: {
      // Pages are put together to one list for each combination of these arguments.
      Query: { fields: { movies: relayStylePagination(["genre", "releaseYears", "orderBy"]) } },
      // It has no id: what two queries know of the viewer is put together.
      Person: { merge: true },
    },
  }),
});

async function codeOf(query: Promise<unknown>): Promise<unknown> {
  try {
    await query;
  } catch (error) {
    if (CombinedGraphQLErrors.is(error)) {
      return error.errors[0]?.extensions?.code;
    }
    throw error;
  }
}

async function main(): Promise<void> {
  const { data } = await client.query({
    query: VideoDocument,
    variables: { inputRecordId: ids.inputRecordId },
  });
  const video = data?.inputRecord?.finalVideos?.nodes[0];

  const movies = client.watchQuery({ query: MoviesDocument });
  const { data: first } = await movies.refetch();
  await movies.fetchMore({ variables: { after: first?.movies?.pageInfo.endCursor } });
  const both = client.readQuery({ query: MoviesDocument })?.movies;
  const titles = both?.edges.map((edge) => edge?.node?.title) ?? [];

  const { data: cards } = await client.query({ query: CardsDocument, variables: ids });
  const accounts = cards?.viewer?.accounts ?? [];
  const profile = unmasked(ProfileCardFragmentDoc, cards?.profile);
  const title = unmasked(TitleCardFragmentDoc, cards?.title);
  const artifacts = cards?.inputRecord?.artifacts?.nodes ?? [];

  const variables = { inputRecordId: ids.inputRecordId };
  const said = await firstValueFrom(client.subscribe({ query: ProgressDocument, variables }));
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
    error: await codeOf(client.query({ query: StaffAloneDocument })),
    progress: [progress?.phase, progress?.status],
  });
  client.stop();
  await sockets.dispose();
}

run(main);
