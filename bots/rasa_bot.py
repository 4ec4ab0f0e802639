"""The bot on a Rasa server. What it says is ours: of Rasa's reply only an entry's id and numbers count.

question ─▶ breaker ─┬─ open ──────────────────────────────────────────────▶ Unavailable
                     └─▶ Rasa ─┬─ silent, refused, garbled, other content ─▶ Unavailable, the breaker counts it
                               └─▶ evidence ─▶ the model's curve ─┬─ sure ─▶ Answer, from our content
                                                                  └─ not ──▶ Unsure, nearest questions
Before the first question, and again after every failure, the model is asked of itself: who came back may be another.
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from bots.breaker import Breaker
from bots.calibration import Curve
from bots.content import answer_of
from bots.errors import EngineDown, OtherContent
from bots.faq import Entry
from bots.known_wordings import KnownWordings
from bots.ports import Answer, Context, Unavailable, Unsure
from bots.rasa import RasaClient
from bots.rasa_project import as_asked
from bots.rasa_reply import Reply
from bots.settings import BotSettings
from interactions.clock import Clock

_log = structlog.get_logger(__name__)
NEAREST = 3
# Log odds from which the intent means the content.
IN_SCOPE = 0.0
# Below this share an entry is not near: offering its question would be guessing.
NEAR_SHARE = 0.05
LIKELY_MATTER = 0.5


class RasaBot:
    """Answers from our content where Rasa knows which entry is meant. Close it after use.

    `content`: the digest its model must be made of (bots/rasa_model.py).
    """

    def __init__(
        self,
        entries: Sequence[Entry],
        *,
        settings: BotSettings,
        unanswerable: Sequence[str],
        content: str,
        clock: Clock,
    ) -> None:
        self._entries = {entry.id: entry for entry in entries}
        self._order = tuple(entries)
        self._known = KnownWordings([*(entry.questions for entry in entries), unanswerable])
        self._threshold = settings.threshold
        self._content = content
        self._client = RasaClient(settings.rasa)
        self._breaker = Breaker(settings.rasa.breaker, clock=clock)
        self._curve: Curve | None = None

    async def close(self) -> None:
        """Lets go of the connections."""
        await self._client.close()

    async def check(self) -> None:
        """Raises `EngineDown` where Rasa, or a model of our content, is not there; the breaker has no part in it."""
        await self._met()

    async def answer(self, question: str, *, context: Context) -> Answer | Unsure | Unavailable:
        """One of three outcomes."""
        said = as_asked(question)
        if not said:
            return Unsure(0.0, (), None)
        try:
            with self._breaker.call():
                reply, curve = await self._ask(said)
        except EngineDown as error:
            return Unavailable(error.reason)
        return self._judged(question, reply, curve)

    async def _ask(self, said: str) -> tuple[Reply, Curve]:
        try:
            curve = self._curve or await self._met()
            return await self._client.parse(said), curve
        except EngineDown as error:
            self._curve = None
            _log.warning("rasa.down", reason=error.reason, told=error.message)
            raise

    async def _met(self) -> Curve:
        """The curve of the model that is there; raises `OtherContent`."""
        facts = await self._client.facts()
        if facts.content != self._content:
            raise OtherContent("Rasa's model was made of other content; train it on this one (hotline bots train)")
        self._curve = facts.curve
        return facts.curve

    def _judged(self, question: str, reply: Reply, curve: Curve) -> Answer | Unsure:
        entry, confidence = self._meant(question, reply, curve)
        if entry is None or confidence < self._threshold:
            return self._unsure(reply, confidence)
        return answer_of(entry, confidence=confidence)

    def _meant(self, question: str, reply: Reply, curve: Curve) -> tuple[Entry | None, float]:
        """The entry that answers, and how sure that is; None where nothing does."""
        if known := self._known.look_up(question):
            place, sure = known
            return (self._order[place], sure) if place < len(self._order) else (None, 1.0 - sure)
        entry = self._entries.get(reply.entries[0])
        if entry is None:
            return None, 0.0
        confidence = curve.confidence(reply.evidence)
        # Both gates: however alike an entry is, the intent must mean the content at all.
        return (entry, confidence) if reply.evidence.scope >= IN_SCOPE else (None, min(confidence, LIKELY_MATTER))

    def _unsure(self, reply: Reply, confidence: float) -> Unsure:
        shares = dict(zip(reply.entries, reply.shares, strict=True)) if reply.evidence.scope >= IN_SCOPE else {}
        near = [self._entries[one] for one, share in shares.items() if share >= NEAR_SHARE and one in self._entries]
        matter = near[0].matter if near and confidence >= LIKELY_MATTER else None
        return Unsure(confidence, tuple(entry.questions[0] for entry in near[:NEAREST]), matter)
