"""What the front desk needs from beside it."""

from __future__ import annotations

from typing import Protocol

from bots.ports import Context, Unavailable
from bots.replies import Reply, ToPerson


class Talker(Protocol):
    """A conversation with the bot.

    Owes: never raises on any text, keeps nothing between turns, is safe to call concurrently.
    """

    async def reply(self, question: str, *, context: Context) -> Reply | ToPerson | Unavailable:
        """The bot's next turn, or that somebody else must go on."""
