"""What Rasa's /model/parse says, checked field by field: whatever it is, only numbers between 0 and 1 get in.

intent_ranking ──────────▶ scope: is the content meant at all ─┐
response_selector.faq ───▶ odds, lead: which entry ────────────┴─▶ evidence ─▶ curve ─▶ confidence
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bots.errors import ReplyGarbled
from bots.rasa_project import FAQ, entry_of

# What two floats of Rasa's can still tell apart from certainty.
NEARLY = 1e-6
# A longer question is no surer than one full sentence, in characters.
SENTENCE = 12
_Share = Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False)]


class _Lenient(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class _Intent(_Lenient):
    name: str
    confidence: _Share


class _Ranked(_Lenient):
    intent_response_key: str
    confidence: _Share


class _Selector(_Lenient):
    ranking: list[_Ranked]


class _Parsed(_Lenient):
    intent_ranking: list[_Intent] = Field(min_length=1)
    response_selector: Mapping[str, _Selector | object]


@dataclass(frozen=True, slots=True)
class RasaEvidence:
    """What speaks for the first entry, each the more the likelier.

    `scope`: log odds that the content is meant at all (the intent); `odds`: of the first entry among all, `lead`: of it
    against the second (the response selector); `size`: log of the question's length, up to a full sentence.
    """

    scope: float
    odds: float
    lead: float
    size: float

    def row(self) -> tuple[float, ...]:
        """As a row of the design matrix."""
        return (1.0, *astuple(self))


WEIGHTS = 1 + len(fields(RasaEvidence))


@dataclass(frozen=True, slots=True)
class Reply:
    """Ids of entries, likeliest first, with Rasa's own share for each, and the evidence for the first."""

    entries: tuple[str, ...]
    shares: tuple[float, ...]
    evidence: RasaEvidence


def read_reply(body: bytes, *, question: str) -> Reply:
    """The reply to `question`; raises `ReplyGarbled`."""
    try:
        parsed = _Parsed.model_validate_json(body)
        selector = _Selector.model_validate(parsed.response_selector.get(FAQ))
    except ValidationError as error:
        raise ReplyGarbled(f"Rasa's reply: {_places(error)}") from None
    ranking = sorted(selector.ranking, key=lambda one: -one.confidence)
    if not ranking:
        raise ReplyGarbled("Rasa's reply: response_selector.faq.ranking: expected at least one entry")
    return _reply(parsed.intent_ranking, ranking, question=question)


def _reply(intents: Sequence[_Intent], ranking: Sequence[_Ranked], *, question: str) -> Reply:
    shares = tuple(one.confidence for one in ranking)
    scope = max((one.confidence for one in intents if one.name == FAQ), default=0.0)
    second = shares[1] if len(shares) > 1 else 0.0
    evidence = RasaEvidence(
        scope=_log_odds(scope),
        odds=_log_odds(shares[0]),
        lead=math.log(max(shares[0], NEARLY)) - math.log(max(second, NEARLY)),
        size=math.log1p(min(len(question), SENTENCE)),
    )
    return Reply(tuple(entry_of(one.intent_response_key) for one in ranking), shares, evidence)


def _log_odds(share: float) -> float:
    held = min(max(share, NEARLY), 1.0 - NEARLY)
    return math.log(held / (1.0 - held))


def _places(error: ValidationError) -> str:
    return ", ".join(".".join(map(str, one["loc"])) or "not JSON" for one in error.errors()[:3])
