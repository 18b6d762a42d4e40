"""The queries that the demo's GraphiQL opens with."""

from __future__ import annotations

import json
from typing import Final

from gateway.demo.data.people import ADA
from gateway.graphiql import Example


def _headers(viewer: str) -> str:
    return json.dumps({"Gateway-Viewer": viewer, "Gateway-Trace": "1"}, indent=2)


_ME: Final = _headers(ADA.email)
_STAFF: Final = _headers("sam@example.com; roles=support,admin")
_NOBODY: Final = _headers("anonymous")

EXAMPLES: Final = (
    Example(
        "Everything about you, at every product",
        """\
query Viewer {
  viewer {
    email
    accounts {
      product
      createdAt
      ... on StreamAccount {
        displayName
        profiles(first: 3) {
          nodes {
            name
            isKidsProfile
            settings { pinProtected maxContentRating }
            watchlist(first: 3) { nodes { dateAdded movie { title releaseYear } } }
            watchHistory(first: 3) { nodes { watchedAt progressSeconds movie { title } } }
          }
        }
      }
      ... on FamilyAccount {
        role
        kidProfiles(first: 3) {
          totalCount
          nodes {
            name
            policies(first: 3) {
              nodes { policy title { title } blockedEpisodes { name seasonNumber } }
            }
          }
        }
      }
      ... on StudioAccount {
        inputRecords(first: 2) {
          totalCount
          nodes { rawInput currentPhase finalVideos(first: 1) { nodes { url } } }
        }
      }
      ... on CreatorAccount {
        socialAccounts(first: 3) { nodes { platform } }
        insights(first: 2, activeOnly: true) { nodes { type confidence recommendation } }
      }
      ... on LearnerAccount {
        assessments(first: 2) { nodes { assessmentType status bandScore } }
      }
    }
  }
}
""",
        _ME,
    ),
    Example(
        "What a video is made of",
        """\
query Video {
  inputRecord(by: { inputRecordId: 1 }) {
    rawInput
    finalVideos(first: 1) {
      nodes {
        url
        deliveredAt
        voiceover { language }
        videoClips {
          sceneId
          keyframes { sequence images(first: 1) { nodes { url } } }
          characters { name }
        }
      }
    }
  }
}
""",
        _ME,
    ),
    Example(
        "One name, two products",
        """\
query Titles {
  titles(named: "Metropolis") {
    nodes {
      __typename
      title
      releaseYear
      genreNames
      ... on TmdbTitle { tmdbRating episodes(first: 2) { nodes { name } } }
    }
  }
}
""",
        _NOBODY,
    ),
    Example(
        "Movies of a genre, page by page",
        """\
query Movies {
  movies(genre: "Drama", releaseYears: { from: 1990 }, first: 5) {
    edges { cursor node { title releaseYear director } }
    pageInfo { hasNextPage endCursor }
  }
}
""",
        _NOBODY,
    ),
    Example(
        "What staff sees",
        """\
query Staff {
  person(email: "ben@example.com") {
    accounts { product email createdAt }
  }
  titleReports(status: PENDING, first: 3) {
    totalCount
    nodes { issueType description title { title } account { email } }
  }
  supportTicketsByPriority(priority: URGENT, status: ESCALATED, first: 3) {
    nodes { subject account { email } devopsAction { status proposedFix } }
  }
}
""",
        _STAFF,
    ),
)
