"""What the residents' sockets of one process stand on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from agents.ports import RateLimit
from agents.presence import Presence
from hotline.channels.web.settings import WebChatSettings
from hotline.channels.web.tokens import ResidentTokens
from hotline.front_desk import FrontDesk
from hotline.residents import ResidentInteractions
from hotline.seat_names import SeatNames
from hotline.windows import Limits
from interactions.changes import Changes
from interactions.clock import Clock
from interactions.reading import LogReader
from routing.places import Places

if TYPE_CHECKING:
    from hotline.channels.web.chat import Chat


class Live:
    """The chats that are past their welcome."""

    def __init__(self) -> None:
        self.chats: set[Chat] = set()

    @contextmanager
    def showing(self, chat: Chat) -> Iterator[None]:
        """Inside, `chat` is re-checked and told its place."""
        self.chats.add(chat)
        try:
            yield
        finally:
            self.chats.discard(chat)

    def waiting(self) -> set[UUID]:
        """The interactions whose residents are in line here."""
        return {chat.stream.interaction_id for chat in self.chats if chat.stream.waits and chat.stream.interaction_id}


@dataclass(frozen=True, slots=True)
class WebChatDeps:
    """Ports and services of the web chat."""

    front_desk: FrontDesk
    tokens: ResidentTokens
    interactions: ResidentInteractions
    reader: LogReader
    changes: Changes
    presence: Presence
    places: Places
    seat_names: SeatNames
    rate_limit: RateLimit
    clock: Clock
    settings: WebChatSettings
    zone: ZoneInfo
    window_limits: Limits
    rating_window: timedelta
    live: Live
    rescued: Callable[[str], None]
