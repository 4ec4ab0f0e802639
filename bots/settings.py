"""What can be set about the bot."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class BotSettings(BaseModel):
    """Which engine answers, from which content, and how sure it must be (calibrated probability)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    engine: Literal["retrieval"] = "retrieval"
    content: Path = Path("bots/faq")
    threshold: float = Field(default=0.78, gt=0.0, lt=1.0)
    # Only what a lawyer signed, and looked at again in time, answers. None: in production only.
    require_signed: bool | None = None
    # Statutes in a new wording (changed_statutes.py); entries that rest on the older one are silent.
    changed_statutes: Path = Path("bots/changed_statutes.yaml")
