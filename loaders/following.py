"""Ways to be told that rows have changed; what they hold is read as ever, by who may read it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from loaders.stores.interface import Change, Follower, Store
from loaders.tables.facts import DeclarationError
from loaders.tables.postgresql import Channel


@dataclass(frozen=True)
class Follow:
    """Tells of the rows whose key a channel has under `of`, by the values of its key `by`."""

    channel: Channel
    by: str
    of: str

    def __post_init__(self) -> None:
        for key in (self.by, self.of):
            if key not in self.channel.keys:
                raise DeclarationError(f"the channel {self.channel.name} tells no {key}")

    def following(
        self, stores: Mapping[str, Store], values: Collection[int]
    ) -> AbstractAsyncContextManager[Follower]:
        """Be told of what changes under these values."""
        return stores[self.channel.product].following(self.channel, self.by, values)

    def key(self, change: Change) -> int | None:
        """The key of the row that has changed; None where it is another row above it."""
        return change[self.channel.keys.index(self.of)]
