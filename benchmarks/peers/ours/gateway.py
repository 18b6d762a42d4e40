"""The gateway over the stores that its settings name, at the time that the data is made for."""

from __future__ import annotations

from gateway.app import create_app
from gateway.authentication.authenticator import Authenticator
from gateway.demo.data.epoch import EPOCH
from gateway.listening import listen, serve
from gateway.settings import read_serve_settings
from gateway.stores import addresses
from loaders.clock import Clock


def main() -> None:
    """Serve; a header asks for the trace."""
    settings = read_serve_settings()
    app = create_app(
        settings,
        addresses(settings),
        id_key=settings.gateway_id_key,
        viewer_of=Authenticator(settings.gateway_issuers).viewer_of,
        clock=Clock.starting_at(EPOCH),
        demo=True,
    )
    serve(app, listen(settings.host, settings.port), log_level="warning")


if __name__ == "__main__":
    main()
