"""Why a WebSocket is closed by us: the close codes of PROTOCOL.md."""

from __future__ import annotations

from enum import IntEnum

NORMAL = 1000


class CloseCode(IntEnum):
    """Close codes that clients act on."""

    BAD_TOKEN = 4401
    TOO_SLOW = 4408
    TOO_LARGE = 4413
    TOO_FAST = 4429
    RESTART = 1012
    FAILED = 1011


class CloseSocket(Exception):
    """Ends a socket with `code`. Not an error of the house: the edge that serves the socket catches it."""

    def __init__(self, code: CloseCode) -> None:
        super().__init__(code.name.lower())
        self.code = code
