"""What can be set about the web chat."""

from __future__ import annotations

from pydantic import PositiveFloat, PositiveInt

from agents.line_settings import LineSettings
from agents.pace import Rate


class WebChatSettings(LineSettings):
    """Limits of one resident's line; durations in seconds.

    `hellos` bounds new tokens per address. `places_s`: how often those in line are told their place; `absent_s` in
    line without a page, or `bot_idle_s` with the bot without a word, ends an interaction. `allowed_origins`: pages
    besides our own that may connect.
    """

    pace: Rate = Rate(count=20, per_s=4.0)
    refused_frames: PositiveInt = 200
    hellos: Rate = Rate(count=300, per_s=60.0)
    heartbeat_s: PositiveFloat = 15.0
    places_s: PositiveFloat = 5.0
    token_days: PositiveInt = 30
    absent_s: PositiveFloat = 600.0
    bot_idle_s: PositiveFloat = 1800.0
    allowed_origins: tuple[str, ...] = ()
