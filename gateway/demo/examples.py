"""The queries that the demo's GraphiQL opens with."""

from __future__ import annotations

import json
from typing import Final

from gateway.demo.tokens import DemoIssuer
from gateway.graphiql import Example

_EXAMPLES: Final = (
    (
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
        "ada",
    ),
    (
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
        "ada",
    ),
    (
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
        None,
    ),
    (
        "Movies of a genre, page by page",
        """\
query Movies {
  movies(genre: "Drama", releaseYears: { from: 1990 }, first: 5) {
    edges { cursor node { title releaseYear director } }
    pageInfo { hasNextPage endCursor }
  }
}
""",
        None,
    ),
    (
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
        "admin",
    ),
)
"""The title of each, its query, and who asks it."""


def examples(issuer: DemoIssuer) -> tuple[Example, ...]:
    """Them, with the headers by which they are asked."""
    return tuple(Example(title, query, _headers(issuer, name)) for title, query, name in _EXAMPLES)


def _headers(issuer: DemoIssuer, name: str | None) -> str:
    token = {} if name is None else {"Authorization": f"Bearer {issuer.token_of(name)}"}
    return json.dumps({**token, "Gateway-Trace": "1"}, indent=2)
