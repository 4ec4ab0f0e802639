"""What can be set about a line to a page, console and residents' chat alike."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, PositiveFloat, PositiveInt

from agents.pace import Rate


class LineSettings(BaseModel):
    """Limits of one line; durations in seconds.

    `pace` bounds frames; after `refused_frames` too many in a row the socket is closed. `send_queue` frames may
    wait for a slow reader for `slow_s`. `recheck_s`: how often rows are compared with what was shown.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    hello_s: PositiveFloat = 15.0
    max_frame_bytes: PositiveInt = 64 * 1024
    pace: Rate
    refused_frames: PositiveInt
    send_queue: PositiveInt = 512
    slow_s: PositiveFloat = 10.0
    heartbeat_s: PositiveFloat
    recheck_s: PositiveFloat = 2.0
