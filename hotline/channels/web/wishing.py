"""From frames to wishes: what a page asked for, read as of now. Raises `Invalid` naming the field."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from hotline.channels.web.frames import Callback, LeaveMessage
from hotline.phone_numbers import normalised
from hotline.windows import Limits, parse_window
from hotline.wishes import CallbackWish, MessageWish
from interactions.errors import Invalid
from interactions.model import How, Others

CODES = {one.value: one for one in Others if one is not Others.OWN}


def callback_wish(frame: Callback, *, now: datetime, zone: ZoneInfo, limits: Limits) -> CallbackWish:
    """The callback that `frame` asks for."""
    how, phone = How(frame.how), _phone(frame.phone)
    if how is How.PHONE and phone is None:
        raise Invalid("phone：请填写回电号码，或选择在本对话里回复")
    window = parse_window(frame.window, now=now, zone=zone, limits=limits)
    return CallbackWish(how, phone if how is How.PHONE else None, window, *_others(frame.if_others_answer))


def message_wish(frame: LeaveMessage) -> MessageWish:
    """The message that `frame` leaves."""
    return MessageWish(frame.text, _phone(frame.phone), frame.client_id)


def _phone(given: str | None) -> str | None:
    return normalised(given) if given and given.strip() else None


def _others(given: str | None) -> tuple[Others, str | None]:
    """A code, or the resident's own words."""
    said = (given or "").strip()
    if not said:
        return Others.NOTHING, None
    code = CODES.get(said)
    return (Others.OWN, said) if code is None else (code, None)
