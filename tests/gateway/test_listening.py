"""The port: taken at once, or refused with a word of what helps."""

from __future__ import annotations

import asyncio
import socket
import sys

import pytest

from gateway import listening as module
from gateway.listening import PortTaken, listen, url
from gateway.protocol import Protocol
from tests.gateway.sockets import served, until
from tests.gateway.test_protocol import asking


def test_takes_the_port_until_it_is_closed() -> None:
    with listen("127.0.0.1", 0) as listening:
        port = listening.getsockname()[1]
        assert url(listening) == f"http://127.0.0.1:{port}"
        with pytest.raises(PortTaken) as caught:
            listen("127.0.0.1", port)
        assert str(caught.value) == (
            f"127.0.0.1 port {port} cannot be listened on: Address already in use. "
            "Set PORT or HOST to another."
        )
        with socket.create_connection(("127.0.0.1", port)):
            pass
    with listen("127.0.0.1", port):
        pass


def test_a_name_stands_for_its_address() -> None:
    with listen("localhost", 0) as listening:
        assert url(listening).startswith("http://127.0.0.1:")


@pytest.mark.skipif(not socket.has_ipv6, reason="There is no IPv6 here.")
def test_an_address_of_ipv6_is_written_in_brackets() -> None:
    try:
        listening = listen("::1", 0)
    except PortTaken:
        pytest.skip("This machine has no IPv6 loopback.")
    with listening:
        assert url(listening).startswith("http://[::1]:")


def test_another_machine_s_address_is_refused() -> None:
    with pytest.raises(PortTaken, match=r"^192\.0\.2\.1 port 8000 cannot be listened on: "):
        listen("192.0.2.1", 8000)


def test_a_name_that_nobody_knows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(PortTaken, match="cannot be listened on: Name or service not known"):
        listen("nowhere.example.com", 8000)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the kernel gives it up")
async def test_a_client_that_takes_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GIVEN_UP_AFTER", 0.5)
    async with served(Protocol) as server:
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            client.setblocking(False)
            host, _, port = server.url.removeprefix("http://").partition(":")
            await asyncio.get_running_loop().sock_connect(client, (host, int(port)))
            client.send(asking("{ large(size: 20000000) }"))
            await until(lambda: server.held.asked)
            await until(lambda: not server.server_state.connections)
