"""What triage adds to an interaction: a flag, a better place in line, a person, an emergency number in writing.

Care is only ever added: urgency never falls, a danger once flagged stays (DESIGN §6).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bots.triage import Triage
from hotline import phrases
from hotline.suggesting import NOTHING, Suggested
from interactions.events import Flagged, Queued, TurnSaid
from interactions.head import Head
from interactions.model import GENERAL, By, State, Urgency
from interactions.record import Draft
from routing.needs import joining, moved
from routing.settings import RoutingSettings

# With the bot only of one who resumes a place.
PLACED = frozenset({State.WITH_BOT, State.WAITING, State.OFFERED, State.CALLBACK_DUE})


@dataclass(frozen=True, slots=True)
class Care:
    """Turns what triage found into drafts for the head at hand."""

    settings: RoutingSettings
    # How the city calls its matters.
    matters: Mapping[str, str] = field(default_factory=dict)

    def drafts(self, head: Head, triage: Triage, *, now: datetime, suggested: Suggested = NOTHING) -> list[Draft]:
        """The drafts that follow a resident's turn with this `triage`; empty where nothing needs care."""
        made: list[Draft] = []
        changes = self._added(head, triage)
        if changes:
            made.append(self._flag(head, changes))
            head = head.changed(made[-1].changes)
        if triage.emergency_text:
            made.append(Draft(TurnSaid(text=triage.emergency_text, purpose="emergency"), By.SYSTEM))
        if head.state is State.WITH_BOT and (reason := reason_for_a_person(triage)):
            made += self.queue(head, reason=reason, now=now, suggested=suggested)
        return made

    def queue(self, head: Head, *, reason: str, now: datetime, suggested: Suggested = NOTHING) -> list[Draft]:
        """The drafts that put `head` in line and say so, and by which matter a lawyer is looked for."""
        matter = suggested.taken or head.matter
        facts = suggested.facts() or None
        changes = {**joining(head, now=now, settings=self.settings), "matter": matter, "unanswered_since": None}
        # Who is in danger is told only that somebody comes.
        known = None if matter == GENERAL or reason == "danger" else self.matters.get(matter)
        told = TurnSaid(text=phrases.queued(reason, matter=known), purpose="queued")
        queued = Draft(Queued(reason, why=facts), By.SYSTEM, to=State.WAITING, changes=changes)
        return [queued, Draft(told, By.SYSTEM)]

    def _added(self, head: Head, triage: Triage) -> dict[str, object]:
        dangers = tuple(sorted({*head.dangers, *(danger.value for danger in triage.dangers)}))
        urgency = min(head.urgency, triage.urgency if triage.urgency is not None else Urgency.NORMAL)
        after = {"dangers": dangers, "urgency": urgency, "minor": head.minor or triage.minor}
        return {name: value for name, value in after.items() if getattr(head, name) != value}

    def _flag(self, head: Head, changes: Mapping[str, object]) -> Draft:
        after = head.changed(changes)
        flag = Flagged(
            dangers=after.dangers, minor=after.minor, urgency_from=int(head.urgency), urgency_to=int(after.urgency)
        )
        return Draft(flag, By.SYSTEM, changes={**changes, **self._place(head, after.urgency)})

    def _place(self, head: Head, urgency: Urgency) -> dict[str, object]:
        """The new place in line; the measured wait stays as it is."""
        if head.state not in PLACED or head.rank_at is None:
            return {}
        return {"rank_at": moved(head, urgency=urgency, settings=self.settings)}


def reason_for_a_person(triage: Triage) -> str | None:
    """Why a person is needed at once, as a code of `Queued.reason`; None where the bot may answer."""
    if triage.dangers:
        return "danger"
    if triage.near_deadline:
        return "deadline"
    return "asked" if triage.wants_person else None
