"""What can be set about the bot."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class BreakerSettings(_Frozen):
    """After so many failures in a row a server is left alone for so long, then one question tries it."""

    failures: int = Field(default=3, ge=1)
    open_s: float = Field(default=10.0, gt=0)


class RasaSettings(_Frozen):
    """Where the Rasa server is, and how long it may take.

    Without `url` the house starts one of its own beside itself, on `port` of 127.0.0.1 (0: any free one), under a token
    of its own. `folder` keeps its environment and its models; by default the user's cache.
    """

    url: str | None = None
    token: str = Field(default="", repr=False)
    port: int = Field(default=0, ge=0, le=65535)
    folder: Path | None = None
    answer_s: float = Field(default=2.0, gt=0)
    breaker: BreakerSettings = BreakerSettings()

    @field_validator("url")
    @classmethod
    def _http(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("http://", "https://")):
            raise ValueError("expected http://… or https://…")
        return url.rstrip("/") if url else None

    @model_validator(mode="after")
    def _who_is_far_away_knows_us(self) -> Self:
        """Rasa without a token lets anybody read, train and change it."""
        if self.url is not None and not self.token:
            raise ValueError("expected a token beside url: the one that server was started with (--auth-token)")
        return self


class BotSettings(_Frozen):
    """Which engine answers, from which content, and how sure it must be (calibrated probability)."""

    engine: Literal["retrieval", "rasa"] = "retrieval"
    content: Path = Path("bots/faq")
    threshold: float = Field(default=0.82, gt=0.0, lt=1.0)
    # Only what a lawyer signed, and looked at again in time, answers. None: in production only.
    require_signed: bool | None = None
    # Statutes in a new wording (changed_statutes.py); entries that rest on the older one are silent.
    changed_statutes: Path = Path("bots/changed_statutes.yaml")
    rasa: RasaSettings = RasaSettings()
