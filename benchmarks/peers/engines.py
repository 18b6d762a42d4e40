"""The embedded engines over data of one scale, which is seeded once and kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from gateway.demo.directory import DataDirectory
from gateway.demo.dynamodb import DynamoEngine
from gateway.demo.postgres import PostgresEngine
from gateway.seed.run import seed_directory
from loaders.tables.catalogue import POSTGRES

SCALE = 10
SECRET = "for-engines-on-loopback-and-nothing-else"
"""Stands for every key that a server wants."""


@contextmanager
def engines(kept: Path) -> Iterator[Mapping[str, str]]:
    """Both engines; gives the environment by which every server finds them."""
    path = kept / str(SCALE)
    path.mkdir(parents=True, exist_ok=True)
    seed_directory(path, SCALE)
    with (
        DataDirectory(path) as directory,
        PostgresEngine.start(directory.postgres) as postgres,
        DynamoEngine.start(directory.dynamodb) as dynamodb,
    ):
        yield {
            **{f"{product.upper()}_DATABASE_URL": postgres.url(product) for product in POSTGRES},
            "DYNAMODB_ENDPOINT_URL": dynamodb.endpoint,
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": SECRET,
            "AWS_SECRET_ACCESS_KEY": SECRET,
        }
