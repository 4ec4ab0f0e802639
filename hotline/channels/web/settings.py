"""What can be set about the web chat."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, PositiveFloat, PositiveInt

from agents.pace import Rate


class WebChatSettings(BaseModel):
    """Limits of one resident's socket; durations in seconds.

    `pace` bounds frames, after `refused_frames` too many in a row the socket closes; `hellos` bounds new tokens
    per address. `send_queue` frames may wait for a slow reader for `slow_s`. `recheck_s`: how often rows are
    compared with what was shown. `allowed_origins`: pages besides our own that may connect.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_frame_bytes: PositiveInt = 64 * 1024
    pace: Rate = Rate(count=20, per_s=4.0)
    refused_frames: PositiveInt = 200
    hellos: Rate = Rate(count=300, per_s=60.0)
    hello_s: PositiveFloat = 15.0
    send_queue: PositiveInt = 512
    slow_s: PositiveFloat = 10.0
    heartbeat_s: PositiveFloat = 15.0
    recheck_s: PositiveFloat = 2.0
    places_s: PositiveFloat = 5.0
    token_days: PositiveInt = 30
    absent_s: PositiveFloat = 600.0
    bot_idle_s: PositiveFloat = 1800.0
    allowed_origins: tuple[str, ...] = ()
