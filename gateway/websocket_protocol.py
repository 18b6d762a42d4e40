"""WebSockets as uvicorn serves them, but for what it logs."""

from __future__ import annotations

import logging
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's own, which logs the whole address that one is asked for by: a token may be in it,
    or an e-mail."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.logger.addFilter(_tells_no_address)


def _tells_no_address(record: logging.LogRecord) -> bool:
    return '"WebSocket %s"' not in str(record.msg)
