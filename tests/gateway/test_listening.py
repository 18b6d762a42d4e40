"""The port: taken at once, or refused with a word of what helps."""

from __future__ import annotations

import socket

import pytest

from gateway.listening import PortTaken, listen, url


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
