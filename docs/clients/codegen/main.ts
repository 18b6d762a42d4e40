import { createClient } from "graphql-sse";
import { headers, ids, run, show, url } from "../gateway";
import { useFragment as unmasked } from "./generated/fragment-masking";
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
  type TypedDocumentString,
} from "./generated/graphql";

type Answer<Data> = {
  data?: Data | null;
  errors?: { message: string; extensions: { code: string; retryable?: boolean } }[];
};

async function ask<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
): Promise<Answer<Data>> {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      ...headers,
      accept: "application/graphql-response+json",
      "content-type": "application/json",
    },
    body: JSON.stringify({ query: document, variables }),
  });
  const answer = (await response.json()) as Answer<Data>;
  if (!response.ok) {
    throw new Error(answer.errors?.[0]?.message);
  }
  return answer;
}

/** What a subscription says first. */
async function firstOf<Data, Variables extends Record<string, unknown>>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
): Promise<Data | null | undefined> {
  const events = createClient({ url, headers, retryAttempts: 0 });
  for await (const { data } of events.iterate<Data>({ query: document.toString(), variables })) {
    return data;
  }
  return undefined;
}

async function main(): Promise<void> {
  const { data } = await ask(VideoDocument, { inputRecordId: ids.inputRecordId });
  const video = data?.inputRecord?.finalVideos?.nodes[0];

  const first = (await ask(MoviesDocument, {})).data?.movies;
  const second = (await ask(MoviesDocument, { after: first?.pageInfo.endCursor })).data?.movies;

  const { data: cards } = await ask(CardsDocument, ids);
  const accounts = cards?.viewer?.accounts ?? [];
  const profile = unmasked(ProfileCardFragmentDoc, cards?.profile);
  const title = unmasked(TitleCardFragmentDoc, cards?.title);
  const artifacts = cards?.inputRecord?.artifacts?.nodes ?? [];

  const { errors } = await ask(StaffAloneDocument, {});

  const variables = { inputRecordId: ids.inputRecordId };
  const progress = (await firstOf(ProgressDocument, variables))?.processingStatus;

  show({
    video: [video?.url, video?.qualityScore, video?.fileSizeBytes],
    pages: [first, second].map((page) => page?.edges.map((edge) => edge?.node?.title)),
    accounts: accounts.map((account) => [
      unmasked(NodeCardFragmentDoc, account)?.__typename,
      unmasked(AccountCardFragmentDoc, account)?.createdAt,
    ]),
    profile: profile?.name,
    title: [title?.title, title?.releaseYear],
    artifacts: artifacts.map((artifact) => unmasked(ArtifactCardFragmentDoc, artifact)?.url),
    error: errors?.[0]?.extensions.code,
    progress: [progress?.phase, progress?.status],
  });
}

run(main);
