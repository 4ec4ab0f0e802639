"""The 小结: what a lawyer registers about an interaction, checked against the code lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from agents.codes import Codes, require_code
from interactions.events import Classified, Closed
from interactions.model import By, State
from interactions.record import Draft


@dataclass(frozen=True, slots=True)
class Classification:
    """The 分类登记. `district` is the resident's, `place_*` is where the matter lies; words are sealed."""

    matter: str
    district: str
    request_kind: str
    outcome: str
    summary: str
    kinds: tuple[str, ...] = ()
    caller_groups: tuple[str, ...] = ()
    place_district: str | None = None
    street: str | None = None
    other_party: str | None = None
    aid_informed: bool | None = None


def require_codes(form: Classification, codes: Codes) -> None:
    """Raises `Invalid` naming the first field whose code is in no list."""
    require_code(form.matter, codes.matters, field="matter")
    require_code(form.district, codes.districts, field="district")
    require_code(form.request_kind, codes.request_kinds, field="request_kind")
    require_code(form.outcome, codes.outcomes, field="outcome")
    for kind in form.kinds:
        require_code(kind, codes.request_kinds, field="kinds")
    for group in form.caller_groups:
        require_code(group, codes.caller_groups, field="caller_groups")
    if form.place_district is not None:
        require_code(form.place_district, codes.districts, field="place.district")


def closing_drafts(form: Classification, *, segment_id: UUID, account_id: UUID, now: datetime) -> Sequence[Draft]:
    """The events of a wrap-up: classified, then closed."""
    classified = Draft(_event(form, segment_id), By.LAWYER, account_id, changes=_head_changes(form))
    closed = Draft(Closed("wrapped_up"), By.LAWYER, account_id, to=State.CLOSED, changes={"closed_at": now})
    return [classified, closed]


def _event(form: Classification, segment_id: UUID) -> Classified:
    return Classified(
        segment_id=str(segment_id),
        matter=form.matter,
        district=form.district,
        request_kind=form.request_kind,
        outcome=form.outcome,
        kinds=tuple(dict.fromkeys(form.kinds)),
        caller_groups=tuple(dict.fromkeys(form.caller_groups)),
        street=form.street,
        place_district=form.place_district,
        aid_informed=form.aid_informed,
        summary=form.summary,
        other_party=form.other_party or None,
    )


def _head_changes(form: Classification) -> dict[str, object]:
    # A street belongs to a district: one of somewhere else says nothing about this head's district.
    same_district = form.place_district in (None, form.district)
    return {
        "matter": form.matter,
        "district": form.district,
        "street": form.street if same_district else None,
        "request_kind": form.request_kind,
        "outcome": form.outcome,
    }
