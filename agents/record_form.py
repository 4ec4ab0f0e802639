"""Records and lists as JSON values: what the record endpoints answer. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from agents.discretion import discreet
from agents.records import LISTED, Page, Record, cursor_of
from interactions.head import Head
from interactions.model import Urgency
from interactions.record import Recorded
from interactions.work import masked

HEADED = (*LISTED, "language", "dangers", "minor", "waiting_since", "last_turn_at")


def record_form(record: Record) -> dict[str, Any]:
    """`{"interaction": …, "events": […]}`; bodies hold words only where the viewer may see them."""
    events = [_event_of(record, event) for event in record.events]
    return {"interaction": _head_form(record.head), "events": events}


def _event_of(record: Record, event: Recorded) -> dict[str, Any]:
    form = event_form(event, with_words=record.with_words)
    return form if record.with_reasons else {**form, "body": discreet(form["body"])}


def page_form(page: Page) -> dict[str, Any]:
    """`{"interactions": […], "cursor": …}`; the cursor is null on the last page."""
    rows = [_facts(dict(zip(LISTED, row, strict=True))) for row in page.rows]
    return {"interactions": rows, "cursor": cursor_of(page.next_before) if page.next_before else None}


def event_form(recorded: Recorded, *, with_words: bool) -> dict[str, Any]:
    """One event; `hash` in hex, `body` its plain fields and, where allowed, its words."""
    return {
        "seq": recorded.seq,
        "kind": recorded.kind,
        "at": utc(recorded.at),
        "by": recorded.by.value,
        "by_id": _plain(recorded.by_id),
        "from_state": recorded.from_state,
        "to_state": recorded.to_state,
        "matter": recorded.matter,
        "in_reply_to": recorded.in_reply_to,
        "body": _body(recorded, with_words=with_words),
        "hash": recorded.hash.hex(),
    }


def utc(at: datetime) -> str:
    """`at` as PROTOCOL.md writes times: UTC ISO 8601 with `Z`."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def urgency_name(urgency: int) -> str:
    """`danger`, `deadline`, `protected` or `normal`."""
    return Urgency(urgency).name.lower()


def _body(recorded: Recorded, *, with_words: bool) -> Mapping[str, Any]:
    plain = orjson.loads(recorded.event.header())
    words = recorded.event.words() if with_words else None
    return {**plain, **_shown(orjson.loads(words) if words else {})}


def _shown(said: dict[str, Any]) -> dict[str, Any]:
    """Words, but no number: whoever has to call has it on the console (DESIGN §7)."""
    return {**said, "phone": masked(said["phone"])} if "phone" in said else said


def _head_form(head: Head) -> dict[str, Any]:
    return _facts({name: getattr(head, name) for name in HEADED})


def _facts(values: Mapping[str, Any]) -> dict[str, Any]:
    return {**{name: _plain(value) for name, value in values.items()}, "urgency": urgency_name(values["urgency"])}


def _plain(value: object) -> Any:
    if isinstance(value, datetime):
        return utc(value)
    if isinstance(value, UUID):
        return str(value)
    return list(value) if isinstance(value, tuple) else value
