// What is asked of the stores, field by field.
import { GraphQLScalarType } from 'graphql'
import { each, family, firstOfEach, rows, studio } from './postgres.js'
import { item, items, query } from './dynamodb.js'
import { load } from './loading.js'

const TITLES = `id AS "databaseId", tmdb_id AS "tmdbId", title, media_type AS "mediaType", overview,
  release_date AS "releaseDate", rating AS "tmdbRating", tags`
const EPISODES = `id AS "databaseId", tmdb_episode_id AS "tmdbEpisodeId",
  season_number AS "seasonNumber", episode_number AS "episodeNumber", name, overview,
  air_date AS "airDate", tags`
const LINKS = `platform, url, verified, reported_count AS "reportedCount",
  created_at AS "createdAt"`
const KID_PROFILES = 'id AS "databaseId", name, created_at AS "createdAt"'
const POLICIES = 'id AS "databaseId", policy, title_id AS "titleId", created_at AS "createdAt"'
const INPUTS = `id AS "databaseId", status, detected_language AS "detectedLanguage",
  input_length AS "inputLength", created_at AS "createdAt"`
const MADE = `id AS "databaseId", quality_score AS "qualityScore", created_at AS "createdAt"`
const CHARACTERS = `${MADE}, character_name AS name, image_url AS "imageUrl"`
const IMAGES = `${MADE}, image_url AS "imageUrl", image_type AS "imageType",
  generation_params AS "generationParams", file_size_bytes AS "fileSizeBytes"`
const KEYFRAMES = `${MADE}, scene_id AS "sceneId", sequence, keyframe_description AS description,
  timing_seconds AS "timingSeconds"`
const CLIPS = `${MADE}, scene_id AS "sceneId", clip_id AS "clipId", video_url AS "videoUrl",
  duration_seconds AS "durationSeconds", file_size_bytes AS "fileSizeBytes"`
const VOICEOVERS = `${MADE}, audio_url AS "audioUrl", language,
  duration_seconds AS "durationSeconds", voice_settings AS "voiceSettings"`
const VIDEOS = `${MADE}, video_url AS "videoUrl", duration_seconds AS "durationSeconds",
  thumbnail_urls AS "thumbnailUrls", delivered_at AS "deliveredAt"`

const DEFAULT_SIZE = 20

// A field that leads to the first rows below each row.
function below (pool, table, columns, parent, order) {
  return async (row, { first = DEFAULT_SIZE }, context) => ({
    nodes: await load(context, `${table} ${parent} ${first}`, row.databaseId,
      keys => firstOfEach(pool, table, columns, parent, order, first, keys))
  })
}

const first = found => found[0] ?? null
const named = (type, found) => found && { __typename: type, ...found }

const movieOf = stored => stored && {
  __typename: 'Movie',
  movieId: stored.movieId,
  title: stored.title,
  genre: stored.genre,
  releaseYear: Number(stored.releaseYear),
  director: stored.director,
  contentRating: stored.rating,
  durationMinutes: stored.duration,
  overview: stored.description,
  posterUrl: stored.imageUrl
}

const movie = (context, id) => load(context, 'movie', id,
  async ids => (await items('MovieTable', 'movieId', ids)).map(movieOf))

const streamAccount = async email =>
  named('StreamAccount', first(await query('AccountTable', 'email', email, { index: 'EmailIndex', first: 1 })))
const creator = async email =>
  named('CreatorAccount', first(await query('cloudstro-users', 'email', email, { index: 'email-index', first: 1 })))
const byEmail = 'FROM users WHERE lower(email) = lower($1) ORDER BY id LIMIT 1'
const familyAccount = async email =>
  named('FamilyAccount', first(await rows(family, `SELECT id AS "databaseId", email, role ${byEmail}`, [email])))
const studioAccount = async email =>
  named('StudioAccount', first(await rows(studio, `SELECT id AS "databaseId", email ${byEmail}`, [email])))
const learner = async email => named('LearnerAccount', await item('ielts-genai-prep-users', { email }))

const typeOf = { __resolveType: one => one.__typename }

// An id is a version, then the type and the key as JSON.
const keyOf = id => JSON.parse(Buffer.from(id, 'base64url').toString().slice(1))

export const resolvers = {
  BigInt: new GraphQLScalarType({ name: 'BigInt', serialize: String }),
  MediaType: { MOVIE: 'movie', TV: 'tv' },
  Policy: { ALLOW: 'allow', DENY: 'deny' },
  Sentiment: { POSITIVE: 'positive', NEGATIVE: 'negative', NEUTRAL: 'neutral' },
  AssessmentStatus: { IN_PROGRESS: 'in_progress', COMPLETED: 'completed', ABANDONED: 'abandoned' },
  Account: typeOf,
  Artifact: typeOf,
  Node: typeOf,
  Profile: typeOf,
  Title: typeOf,
  Query: {
    viewer: (_, __, { email }) => email && { email },
    account: (_, { by }) => by.streamEmail ? streamAccount(by.streamEmail) : creator(by.creatorEmail),
    nodes: (_, { ids }, context) => Promise.all(ids.map(id => movie(context, keyOf(id)[1]))),
    title: (_, { by }, context) => movie(context, by.movieId),
    episode: (_, { by }, context) => load(context, 'episode', Number(by.episodeId),
      keys => each(family, 'episodes', EPISODES, keys)),
    tmdbTitles: async (_, { mediaType, first = DEFAULT_SIZE }) => ({
      nodes: await rows(family,
        `SELECT ${TITLES} FROM titles WHERE media_type = $1 ORDER BY id LIMIT $2`,
        [mediaType, first])
    }),
    inputRecord: (_, { by }, context) => load(context, 'input', Number(by.inputRecordId),
      keys => each(studio, 'input_records', INPUTS, keys))
  },
  Person: {
    accounts: async ({ email }) => (await Promise.all(
      [streamAccount, familyAccount, studioAccount, creator, learner].map(find => find(email))
    )).filter(Boolean)
  },
  StreamAccount: {
    product: () => 'STREAM',
    profiles: async ({ accountId }, { first = DEFAULT_SIZE }) =>
      ({ nodes: await query('ProfileTable', 'accountId', accountId, { first }) })
  },
  StreamProfile: {
    settings: ({ profileId }, _, context) => load(context, 'settings', profileId,
      ids => items('ProfileSettingsTable', 'profileId', ids)),
    // Through a loader, so that all end together and their movies are asked for at once.
    watchlist: async ({ profileId }, { first = DEFAULT_SIZE }, context) => ({
      nodes: await load(context, `watchlist ${first}`, profileId, ids => Promise.all(ids.map(
        id => query('WatchlistTable', 'profileId', id, { index: 'ProfileIndex', first })
      )))
    })
  },
  WatchlistItem: { movie: ({ movieId }, _, context) => movie(context, movieId) },
  FamilyAccount: {
    product: () => 'FAMILY',
    kidProfiles: below(family, 'kid_profiles', KID_PROFILES, 'family_id', 'created_at, id')
  },
  KidProfile: {
    policies: below(family, 'kid_profiles_titles', POLICIES, 'kid_profile_id', 'created_at DESC, id DESC')
  },
  TitlePolicy: {
    title: ({ titleId }, _, context) => load(context, 'title', titleId,
      keys => each(family, 'titles', TITLES, keys))
  },
  TmdbTitle: {
    episodes: below(family, 'episodes', EPISODES, 'title_id', 'season_number, episode_number, id')
  },
  Episode: { links: below(family, 'episode_links', LINKS, 'episode_id', 'created_at, id') },
  StudioAccount: {
    product: () => 'STUDIO',
    inputRecords: below(studio, 'input_records', INPUTS, 'user_id', 'created_at DESC, id DESC')
  },
  InputRecord: {
    characters: below(studio, 'characters', CHARACTERS, 'input_record_id', 'created_at, id'),
    keyframes: below(studio, 'keyframes', KEYFRAMES, 'input_record_id', 'scene_id, sequence, id'),
    videoClips: below(studio, 'video_clips', CLIPS, 'input_record_id', 'scene_id, id'),
    voiceovers: below(studio, 'voiceovers', VOICEOVERS, 'input_record_id', 'created_at, id'),
    finalVideos: below(studio, 'final_videos', VIDEOS, 'input_record_id', 'created_at, id')
  },
  Character: { images: below(studio, 'character_images', IMAGES, 'character_id', 'created_at, id') },
  Keyframe: { images: below(studio, 'keyframe_images', IMAGES, 'keyframe_id', 'created_at, id') },
  CreatorAccount: {
    product: () => 'SOCIAL',
    posts: async ({ userId }, { first = DEFAULT_SIZE }) =>
      ({ nodes: await query('cloudstro-social-posts', 'userId', userId, { first }) })
  },
  LearnerAccount: {
    product: () => 'PREP',
    assessments: async ({ email }, { first = DEFAULT_SIZE }) => ({
      nodes: await query('ielts-genai-prep-assessments', 'user_id', email,
        { index: 'user_id-created_at-index', first, descending: true })
    })
  },
  Assessment: {
    assessmentId: one => one.assessment_id,
    bandScore: one => one.band_score,
    createdAt: one => one.created_at
  },
  SpeakingScores: {
    fluencyCoherence: one => one.fluency_coherence,
    lexicalResource: one => one.lexical_resource
  }
}
