"""The shapes: what is asked, of whom, and in whose names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from graphql import get_introspection_query

from gateway.demo.data.people import ADA
from loaders.sealing import Seal
from loaders.tables import stream
from resolvers import ids

POSTGRAPHILE = "PostGraphile"


@dataclass(frozen=True)
class Shape:
    """A request that every server answers alike.

    `renamed` are queries in the names that a server makes itself, with ours as aliases.
    """

    name: str
    what: str
    query: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)

    @property
    def in_memory(self) -> bool:
        """Whether it is asked of the small schema over memory."""
        return self.name.startswith("M")

    @property
    def compared(self) -> bool:
        """Whether answers are: each server describes a schema of its own."""
        return self.name != "X2"

    def body(self, server: str) -> dict[str, Any]:
        """What is sent to a server."""
        query = self.renamed.get(server, self.query)
        return {"query": query, "variables": {} if server in self.renamed else self.variables}


MOVIE = "movieId title genre releaseYear director contentRating durationMinutes posterUrl"
MOVIES = 100
IMAGE = "imageUrl imageType generationParams qualityScore fileSizeBytes"
IMAGES = f"images(first: 50) {{ nodes {{ databaseId {IMAGE} }} }}"
COMMON = "name code rank active city note stock"

_BY_TIME = "(first: 50, orderBy: [CREATED_AT_ASC, PRIMARY_KEY_ASC])"
_PG_IMAGES = f"{_BY_TIME} {{ nodes {{ databaseId: rowId {IMAGE} }} }}"


@cache
def _movie_ids() -> list[str]:
    row = stream.movies.row
    return [
        ids.write("Movie", row({"movieId": f"movie-{n:04}"}), Seal("none"))
        for n in range(1, MOVIES + 1)
    ]


SHAPES = (
    Shape(
        "P1",
        "100 titles of 8 leaves",
        """{ tmdbTitles(mediaType: MOVIE, first: 100) { nodes {
          databaseId tmdbId title mediaType overview releaseDate tmdbRating tags
        } } }""",
        renamed={
            POSTGRAPHILE: """{ tmdbTitles: allTitles(
              condition: { mediaType: "movie" }, first: 100, orderBy: PRIMARY_KEY_ASC
            ) { nodes {
              databaseId: rowId tmdbId title mediaType overview releaseDate tmdbRating: rating tags
            } } }"""
        },
    ),
    Shape(
        "P2",
        "50 titles → 10 episodes each → links",
        """{ tmdbTitles(mediaType: TV, first: 50) { nodes {
          databaseId title mediaType
          episodes(first: 10) { nodes {
            databaseId seasonNumber episodeNumber name airDate
            links(first: 5) { nodes { platform url verified createdAt } }
          } }
        } } }""",
        renamed={
            POSTGRAPHILE: """{ tmdbTitles: allTitles(
              condition: { mediaType: "tv" }, first: 50, orderBy: PRIMARY_KEY_ASC
            ) { nodes {
              databaseId: rowId title mediaType
              episodes: episodesByTitleId(
                first: 10, orderBy: [SEASON_NUMBER_ASC, EPISODE_NUMBER_ASC, PRIMARY_KEY_ASC]
              ) { nodes {
                databaseId: rowId seasonNumber episodeNumber name airDate
                links: episodeLinksByEpisodeId(
                  first: 5, orderBy: [CREATED_AT_ASC, PRIMARY_KEY_ASC]
                ) { nodes { platform url verified createdAt } }
              } }
            } } }"""
        },
    ),
    Shape(
        "P3",
        "an input record with all its artifacts and their images",
        f"""{{ inputRecord(by: {{ inputRecordId: "1" }}) {{
          databaseId status detectedLanguage inputLength createdAt
          characters(first: 50) {{ nodes {{
            databaseId name imageUrl qualityScore createdAt {IMAGES}
          }} }}
          keyframes(first: 50) {{ nodes {{
            databaseId sceneId sequence description timingSeconds qualityScore {IMAGES}
          }} }}
          videoClips(first: 50) {{ nodes {{
            databaseId sceneId clipId videoUrl durationSeconds fileSizeBytes qualityScore
          }} }}
          voiceovers(first: 50) {{ nodes {{
            databaseId audioUrl language durationSeconds voiceSettings
          }} }}
          finalVideos(first: 50) {{ nodes {{
            databaseId videoUrl durationSeconds thumbnailUrls deliveredAt
          }} }}
        }} }}""",
        renamed={
            POSTGRAPHILE: f"""{{ inputRecord: studioInputRecordByRowId(rowId: 1) {{
              databaseId: rowId status detectedLanguage inputLength createdAt
              characters: studioCharactersByInputRecordId{_BY_TIME} {{ nodes {{
                databaseId: rowId name: characterName imageUrl qualityScore createdAt
                images: studioCharacterImagesByCharacterId{_PG_IMAGES}
              }} }}
              keyframes: studioKeyframesByInputRecordId(
                first: 50, orderBy: [SCENE_ID_ASC, SEQUENCE_ASC, PRIMARY_KEY_ASC]
              ) {{ nodes {{
                databaseId: rowId sceneId sequence description: keyframeDescription
                timingSeconds qualityScore
                images: studioKeyframeImagesByKeyframeId{_PG_IMAGES}
              }} }}
              videoClips: studioVideoClipsByInputRecordId(
                first: 50, orderBy: [SCENE_ID_ASC, PRIMARY_KEY_ASC]
              ) {{ nodes {{
                databaseId: rowId sceneId clipId videoUrl durationSeconds fileSizeBytes
                qualityScore
              }} }}
              voiceovers: studioVoiceoversByInputRecordId{_BY_TIME} {{ nodes {{
                databaseId: rowId audioUrl language durationSeconds voiceSettings
              }} }}
              finalVideos: studioFinalVideosByInputRecordId{_BY_TIME} {{ nodes {{
                databaseId: rowId videoUrl durationSeconds thumbnailUrls deliveredAt
              }} }}
            }} }}"""
        },
    ),
    Shape(
        "P4",
        "one row by id",
        """{ episode(by: { episodeId: "7" }) {
          databaseId tmdbEpisodeId seasonNumber episodeNumber name overview airDate tags
        } }""",
        renamed={
            POSTGRAPHILE: """{ episode: episodeByRowId(rowId: 7) {
              databaseId: rowId tmdbEpisodeId seasonNumber episodeNumber name overview airDate tags
            } }"""
        },
    ),
    Shape(
        "D1",
        "an account with profiles, settings, watchlists and their movies",
        f"""{{ account(by: {{ streamEmail: "{ADA.email}" }}) {{ ... on StreamAccount {{
          accountId email createdAt
          profiles(first: 20) {{ nodes {{
            profileId name avatar isKidsProfile
            settings {{ maxContentRating pinProtected blockedGenres parentalControls }}
            watchlist(first: 20) {{ nodes {{
              dateAdded addedFrom movie {{ movieId title genre releaseYear posterUrl }}
            }} }}
          }} }}
        }} }} }}""",
    ),
    Shape(
        "D2",
        "a creator's 50 posts with engagement",
        f"""{{ account(by: {{ creatorEmail: "{ADA.email}" }}) {{ ... on CreatorAccount {{
          userId username
          posts(first: 50) {{ nodes {{
            postId platform content url engagementRate hashtags sentiment createdAt
            engagement {{ likes shares comments views }}
          }} }}
        }} }} }}""",
    ),
    Shape(
        "D3",
        f"{MOVIES} movies by BatchGetItem",
        f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Movie {{ {MOVIE} }} }} }}",
        {"ids": _movie_ids()},
    ),
    Shape(
        "D4",
        "one item by key",
        f'{{ title(by: {{ movieId: "movie-0007" }}) {{ ... on Movie {{ {MOVIE} }} }} }}',
    ),
    Shape(
        "X1",
        "a viewer over all five products, three levels down",
        """{ viewer { email accounts {
          product email
          ... on StreamAccount { accountId profiles(first: 5) { nodes {
            profileId name
            watchlist(first: 5) { nodes { dateAdded movie { movieId title releaseYear } } }
          } } }
          ... on FamilyAccount { databaseId kidProfiles(first: 5) { nodes {
            databaseId name
            policies(first: 5) { nodes { policy createdAt title { title mediaType } } }
          } } }
          ... on StudioAccount { databaseId inputRecords(first: 5) { nodes {
            databaseId status createdAt
            characters(first: 5) { nodes { name qualityScore } }
          } } }
          ... on CreatorAccount { userId username posts(first: 5) { nodes {
            postId content createdAt engagement { likes shares }
          } } }
          ... on LearnerAccount { username assessments(first: 5) { nodes {
            assessmentId bandScore status
            scores { speaking { fluencyCoherence lexicalResource } }
          } } }
        } } }""",
    ),
    Shape("X2", "GraphiQL's introspection query", get_introspection_query()),
    Shape("M1", "memory: one object of 8 leaves", f"{{ item {{ itemId {COMMON} }} }}"),
    Shape("M2", "memory: 100 objects of 8 leaves", f"{{ items {{ itemId {COMMON} }} }}"),
    Shape(
        "M3",
        "memory: 50 → 10 each → back to one each, 4,900 leaves",
        f"""{{ families {{
          familyId {COMMON}
          members {{ memberId name age active city family {{ familyId name code rank }} }}
        }} }}""",
    ),
    Shape(
        "M4",
        "memory: 1000 objects of 10 leaves",
        f"{{ records {{ recordId {COMMON} origin weight }} }}",
    ),
)
