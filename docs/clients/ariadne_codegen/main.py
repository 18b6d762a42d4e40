"""What the generated client asks of the gateway. `gateway token --as ada` prints a token."""

import asyncio
import json
import os
import sys
from contextlib import aclosing

from generated import (
    Gateway,
    GraphQLClientGraphQLMultiError,
    GraphQLClientHttpError,
    ProgressProcessingStatus,
)

URL = os.environ.get("QUINTET_URL", "http://127.0.0.1:8000/graphql")
TOKEN = os.environ.get("QUINTET_TOKEN") or sys.exit(
    "QUINTET_TOKEN is missing: `gateway token --as ada` prints one of the demo's."
)
HEADERS = {"Authorization": f"Bearer {TOKEN}"}


async def code_of_refusal(gateway: Gateway) -> object:
    try:
        await gateway.staff_alone()
    except GraphQLClientGraphQLMultiError as refused:
        return (refused.errors[0].extensions or {})["code"]
    return None


async def first_progress(gateway: Gateway) -> ProgressProcessingStatus:
    async with aclosing(gateway.progress("1")) as said:
        return (await anext(said)).processing_status


async def main() -> None:
    async with Gateway(
        URL, HEADERS, ws_url=URL.replace("http", "ws", 1), ws_connection_init_payload=HEADERS
    ) as gateway:
        video = (await gateway.video("1")).input_record.final_videos.nodes[0]
        first = (await gateway.movies()).movies
        second = (await gateway.movies(after=first.page_info.end_cursor)).movies
        cards = await gateway.cards(input_record_id="1", movie_id="movie-0002", kid_profile_id="5")
        progress = await first_progress(gateway)
        result = {
            "video": [video.url, str(video.quality_score), str(video.file_size_bytes)],
            "pages": [[edge.node.title for edge in page.edges] for page in (first, second)],
            "accounts": [
                [account.typename__, f"{account.created_at:%Y-%m-%dT%H:%M:%SZ}"]
                for account in cards.viewer.accounts
            ],
            "profile": cards.profile.name,
            "title": [cards.title.title, cards.title.release_year],
            "artifacts": [artifact.url for artifact in cards.input_record.artifacts.nodes],
            "error": await code_of_refusal(gateway),
            "progress": [progress.phase, progress.status],
        }
    json.dump(result, sys.stdout, indent=2)


try:
    asyncio.run(main())
except GraphQLClientHttpError as refused:  # which itself tells the status alone
    sys.exit(refused.response.text)
