"""Who is measured: ours first, then the others, and how each is started."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.peers.caller import ISSUERS
from benchmarks.peers.engines import SECRET
from benchmarks.peers.installing import CHECKOUT, Node, Python
from benchmarks.peers.processes import Server
from benchmarks.peers.shapes import POSTGRAPHILE, Shape

HERE = Path(__file__).parent
SDL = CHECKOUT / "schema" / "schema.graphql"
MEMORY_SDL = HERE / "memory.graphql"


@dataclass(frozen=True)
class Places:
    """Where things are that servers are told of.

    `node` is None where no peer on Node is measured; `memory` is the file of M1 to M4.
    """

    node: Node | None
    python: Python
    memory: Path

    @property
    def settings(self) -> dict[str, str]:
        """What every server's environment has beside the addresses of the engines."""
        return {
            "PYTHONPATH": str(CHECKOUT),
            "GATEWAY_ID_KEY": SECRET,
            "GATEWAY_AUDIT_DIRECTORY": str(self.memory.with_name("audit")),
            "GATEWAY_ISSUERS": ISSUERS,
            "GATEWAY_JSON_LOG": "0",  # the others log no requests
            "NODE_ENV": "production",
            "TZ": "UTC",
        }


@dataclass(frozen=True)
class Start:
    """How a server is started: words of a command, and settings; both may name places in braces."""

    words: Sequence[str]
    settings: Mapping[str, str] = field(default_factory=dict)

    def server(self, name: str, engines: Mapping[str, str], places: Places, log: Path) -> Server:
        """A server that was started so."""
        known = {
            "python": places.python.program,
            "node": places.node and places.node.program,
            "servers": places.node and places.node.servers,
            "memory": places.memory,
            "PORT": "{PORT}",
        }
        settings = {key: value.format(**known) for key, value in self.settings.items()}
        return Server(
            name,
            [word.format(**known) for word in self.words],
            {**engines, **places.settings, **settings},
            log,
        )


@dataclass(frozen=True)
class Peer:
    """A server to be measured.

    `stores` and `memory` start it over the engines and over memory; a shape that neither can answer
    is left out. `only` begin the names of the shapes that it is asked, `paths` are those that it
    answers elsewhere than at /graphql.
    """

    name: str
    stores: Start
    memory: Start | None = None
    only: tuple[str, ...] = ("",)
    paths: Mapping[str, str] = field(default_factory=dict)

    @property
    def on_node(self) -> bool:
        """Whether it needs Node."""
        return "{node}" in self.stores.words

    def answers(self, shape: Shape) -> bool:
        """Whether it is asked this shape."""
        return shape.name.startswith(self.only) and bool(self.memory or not shape.in_memory)

    def path(self, shape: Shape) -> str:
        """Where it is asked."""
        return self.paths.get(shape.name, "/graphql")


def _python(module: str, *arguments: str) -> Start:
    return Start(["{python}", "-P", "-m", f"benchmarks.peers.{module}", *arguments])


def _node(folder: str, **settings: str) -> Start:
    return Start(["{node}", f"{{servers}}/{folder}/server.js"], settings)


def _shared(folder: str, name: str) -> Peer:
    """One of those that share their schema and their resolvers."""
    return Peer(
        name, _node(folder, SDL=str(SDL)), _node(folder, SDL=str(MEMORY_SDL), MEMORY="{memory}")
    )


OURS = Peer("Quintet", _python("ours.gateway"), _python("ours.memory", "{memory}", "{PORT}"))
PEERS = (
    _shared("mercurius", "Mercurius"),
    Peer(
        "Strawberry",
        _python("plain.server"),
        _python("plain.memory", "{memory}", "{PORT}"),
        paths={"X2": "/whole"},
    ),
    Peer(POSTGRAPHILE, _node("postgraphile"), only=("P", "X2")),
    _shared("yoga", "Yoga"),
    _shared("apollo", "Apollo Server"),
)
