"""What gql asks of the gateway, over the schema's file. `gateway token --as ada` prints a token."""

import asyncio
import json
import os
import sys
from contextlib import aclosing
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from gql import Client, GraphQLRequest, gql
from gql.transport.exceptions import TransportQueryError
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.websockets import WebsocketsTransport
from gql.utilities import update_schema_scalars
from graphql import GraphQLScalarType, build_schema

URL = os.environ.get("QUINTET_URL", "http://127.0.0.1:8000/graphql")
TOKEN = os.environ.get("QUINTET_TOKEN") or sys.exit(
    "QUINTET_TOKEN is missing: `gateway token --as ada` prints one of the demo's."
)
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
FOLDER = Path(__file__).parents[1]

SCHEMA = build_schema((FOLDER / "schema.graphql").read_text())
update_schema_scalars(
    SCHEMA,
    [
        GraphQLScalarType("BigInt", parse_value=int),
        GraphQLScalarType("Date", parse_value=date.fromisoformat),
        GraphQLScalarType("DateTime", parse_value=datetime.fromisoformat),
        GraphQLScalarType("Decimal", parse_value=Decimal),
    ],
)
OPERATIONS = gql((FOLDER / "operations.graphql").read_text())


def operation(name: str, **variables: str) -> GraphQLRequest:
    return GraphQLRequest(OPERATIONS, variable_values=variables, operation_name=name)


async def first_progress() -> dict[str, str]:
    transport = WebsocketsTransport(URL.replace("http", "ws", 1), init_payload=HEADERS)
    async with (
        Client(schema=SCHEMA, transport=transport) as gateway,
        aclosing(gateway.subscribe(operation("Progress", inputRecordId="1"))) as said,
    ):
        return (await anext(said))["processingStatus"]


async def main() -> None:
    client = Client(
        schema=SCHEMA, transport=HTTPXAsyncTransport(URL, headers=HEADERS), parse_results=True
    )
    async with client as gateway:
        record = (await gateway.execute(operation("Video", inputRecordId="1")))["inputRecord"]
        (video,) = record["finalVideos"]["nodes"]
        first = (await gateway.execute(operation("Movies")))["movies"]
        after = first["pageInfo"]["endCursor"]
        second = (await gateway.execute(operation("Movies", after=after)))["movies"]
        ids = {"inputRecordId": "1", "movieId": "movie-0002", "kidProfileId": "5"}
        cards = await gateway.execute(operation("Cards", **ids))
        try:
            refused = await gateway.execute(operation("StaffAlone"))
        except TransportQueryError as error:
            refused = error.errors[0]["extensions"]["code"]
    progress = await first_progress()
    result = {
        "video": [video["url"], str(video["qualityScore"]), str(video["fileSizeBytes"])],
        "pages": [[edge["node"]["title"] for edge in page["edges"]] for page in (first, second)],
        "accounts": [
            [account["__typename"], f"{account['createdAt']:%Y-%m-%dT%H:%M:%SZ}"]
            for account in cards["viewer"]["accounts"]
        ],
        "profile": cards["profile"]["name"],
        "title": [cards["title"]["title"], cards["title"]["releaseYear"]],
        "artifacts": [artifact["url"] for artifact in cards["inputRecord"]["artifacts"]["nodes"]],
        "error": refused,
        "progress": [progress["phase"], progress["status"]],
    }
    json.dump(result, sys.stdout, indent=2)


asyncio.run(main())
