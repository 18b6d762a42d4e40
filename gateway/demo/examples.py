"""What the demo's GraphiQL opens with: a query for each subject, and everybody to ask as."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gateway.demo import tokens as demo
from gateway.demo.tokens import CALLERS, DemoIssuer
from gateway.graphiql import Caller, Example

EXAMPLES: Final = (
    Example(
        "Everything about you, at every product",
        """\
query Accounts {
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
    ),
    Example(
        "The profiles of your household, and what each may watch",
        """\
query Profiles {
  viewer {
    accounts {
      product
      ... on StreamAccount {
        profiles(first: 5) {
          nodes {
            ...ProfileLine
            settings { pinProtected maxContentRating }
            aiPreferences { favoriteGenres recommendationStyle }
          }
        }
      }
      ... on FamilyAccount {
        kidProfiles(first: 5) {
          nodes {
            ...ProfileLine
            policies(first: 2) { nodes { policy title { title } } }
            devices(first: 2) { nodes { friendlyName pairedAt } }
          }
        }
      }
    }
  }
}

fragment ProfileLine on Profile {
  name
  isKidsProfile
  createdAt
}
""",
    ),
    Example(
        "One name, two products; and movies, page by page",
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
  movies(genre: "Drama", releaseYears: { from: 1990 }, first: 5) {
    edges { cursor node { title releaseYear director } }
    pageInfo { hasNextPage endCursor }
  }
}
""",
    ),
    Example(
        "What a video is made of",
        """\
query Pipeline {
  inputRecord(by: { inputRecordId: 1 }) {
    rawInput
    processingStatuses(first: 8) { nodes { phase status durationSeconds } }
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
    ),
    Example(
        "Posts, how they did, and what to do next",
        """\
query Social {
  viewer {
    accounts {
      ... on CreatorAccount {
        socialAccounts(first: 3) {
          nodes {
            platform
            accountHandle
            followerCount
            posts(first: 2) {
              nodes {
                content
                engagement { likes shares comments }
                aiAnalysis { topics }
                engagementSnapshots(first: 2) { nodes { timestamp likes } }
              }
            }
          }
        }
        insights(first: 3, activeOnly: true) { nodes { type confidence recommendation } }
      }
    }
  }
}
""",
    ),
    Example(
        "Tests of a learner, with their scores",
        """\
query Assessments {
  viewer {
    accounts {
      ... on LearnerAccount {
        activeEntitlements(first: 3) { nodes { productId } }
        assessments(first: 3, status: COMPLETED) {
          nodes {
            assessmentType
            createdAt
            bandScore
            scores {
              speaking { fluencyCoherence pronunciation }
              writing { taskAchievement coherenceCohesion }
            }
          }
        }
      }
    }
  }
}
""",
    ),
    Example(
        "What staff works on",
        """\
query Support {
  supportTicketsByPriority(priority: URGENT, status: ESCALATED, first: 3) {
    nodes { subject account { email } devopsAction { status proposedFix } }
  }
  titleReports(status: PENDING, first: 3) {
    totalCount
    nodes { issueType description title { title } account { email } }
  }
  person(email: "ben@example.com") {
    accounts { product email createdAt }
  }
}
""",
        caller="admin",
    ),
    Example(
        "How your videos come along, as it happens",
        """\
subscription Progress {
  inputRecordProgress {
    databaseId
    rawInput
    status
    currentPhase
    updatedAt
  }
}
""",
    ),
)


def callers(issuer: DemoIssuer) -> Iterator[Caller]:
    """Everybody whom the demo makes tokens for, and nobody at all."""
    for name, caller in CALLERS.items():
        yield Caller(name, caller.about, _group(caller), f"Bearer {issuer.token_of(name)}")
    yield Caller("anonymous", "no token", "Nobody")


def _group(caller: demo.Caller) -> str:
    if not caller.roles:
        return "People"
    return "Services" if caller.email is None else "Staff"
