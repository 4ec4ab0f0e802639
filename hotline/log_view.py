"""A record and a verdict as a person reads them in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from hotline.log_words import BY, CODES, FIELDS, KINDS, STATES, URGENCY
from hotline.settings import CitySettings
from interactions.event import Event
from interactions.events import NoteWritten, TurnSaid
from interactions.head import Head
from interactions.record import Recorded
from interactions.verify import Verdict
from interactions.work import masked

# How people and seats are called, by id.
Names = Mapping[UUID, str]
ERASED = "［内容已删除］"
NOT_SHOWN = frozenset({"number", "client_id", "seen"})


def record(head: Head, records: Sequence[Recorded], *, names: Names, city: CitySettings) -> RenderableType:
    """One interaction: its facts, then its events in order; times of the city."""
    return _Page(names, city, erased=any(one.kind == "interaction.erased" for one in records)).show(head, records)


def verdict(found: Verdict, *, most: int) -> RenderableType:
    """Whether the log holds, with the first violations."""
    summary = f"{found.interactions} 份服务单，{found.events} 条记录"
    if found.holds:
        return Text(f"✓ 全部成立：{summary}", style="bold green")
    lines = [Text(f"✗ {found.found} 处不成立：{summary}", style="bold red")]
    shown = Table(box=None, padding=(0, 1), header_style="dim")
    shown.add_column("受理编号", no_wrap=True)
    shown.add_column("序号", justify="right")
    shown.add_column("不成立的是", overflow="fold")
    for one in found.violations[:most]:
        shown.add_row(Text(one.interaction), str(one.seq or "–"), Text(one.what))
    rest = found.found - min(most, len(found.violations))
    return Group(*lines, shown, *([Text(f"  另有 {rest} 处未列出", style="dim")] if rest else []))


class _Page:
    """What a page is written with: names, code lists, the city's time."""

    def __init__(self, names: Names, city: CitySettings, *, erased: bool) -> None:
        self._names = names
        self._city = city
        self._zone = ZoneInfo(city.timezone)
        self._erased = erased
        lists = {"channel": city.channels, "matter": city.matters, "district": city.districts}
        kinds, groups = city.request_kinds, city.caller_groups
        self._codes: dict[str, Mapping[Any, str]] = {
            **CODES,
            **lists,
            "taken": city.matters,
            "place_district": city.districts,
            "request_kind": kinds,
            "kinds": kinds,
            "caller_groups": groups,
        }

    def show(self, head: Head, records: Sequence[Recorded]) -> RenderableType:
        """The whole page."""
        title = Text(f"服务单 {head.number}  ", style="bold").append(STATES[head.state.value], style="bold cyan")
        if self._erased:
            title.append("  内容已依申请删除", style="bold red")
        return Group(title, self._facts(head), Text(), self._events(records))

    def _facts(self, head: Head) -> Table:
        facts = Table.grid(padding=(0, 2))
        facts.add_column(style="dim", no_wrap=True)
        facts.add_column(overflow="fold")
        zone = f"{head.opened_at.astimezone(self._zone):%z}"
        for name, value in (
            ("渠道", self._coded("channel", head.channel)),
            ("类别", self._coded("matter", head.matter)),
            ("地区", self._coded("district", head.district)),
            ("紧急程度", URGENCY[int(head.urgency)]),
            ("受理", self._date(head.opened_at)),
            ("办结", self._date(head.closed_at) if head.closed_at else "–"),
            ("时区", f"{self._city.timezone}（UTC{zone[:3]}:{zone[3:]}）"),
            ("服务单 id", str(head.interaction_id)),
            ("链首", head.head.hex()),
        ):
            facts.add_row(name, Text(value))
        return facts

    def _events(self, records: Sequence[Recorded]) -> Table:
        events = Table(box=None, padding=(0, 1), header_style="dim", show_edge=False)
        events.add_column("序号", justify="right", no_wrap=True)
        events.add_column("时间", no_wrap=True)
        events.add_column("谁", overflow="fold", min_width=4, max_width=16)
        events.add_column("事项", no_wrap=True)
        events.add_column("内容", overflow="fold", ratio=1)
        day = None
        for one in records:
            at = one.at.astimezone(self._zone)
            if at.date() != day:
                day = at.date()
                events.add_row("", f"{day:%m-%d}", "", "", "", style="dim")
            events.add_row(
                str(one.seq), f"{at:%H:%M:%S}", self._who(one), KINDS.get(one.kind, one.kind), self._told(one)
            )
        return events

    def _who(self, one: Recorded) -> Text:
        name = self._names.get(one.by_id) if one.by_id else None
        return Text(f"{BY[one.by.value]} {name}" if name else BY[one.by.value])

    def _told(self, one: Recorded) -> Text:
        told = self._said(one) if isinstance(one.event, TurnSaid | NoteWritten) else Text()
        moved = self._moved(one)
        rest = [moved, *self._details(one.event)] if moved else [*self._details(one.event)]
        if rest:
            told.append(("\n" if told else "") + " · ".join(rest), style="dim")
        return told

    def _said(self, one: Recorded) -> Text:
        text = getattr(one.event, "text", None)
        return Text(ERASED, style="dim italic") if text is None else Text(_plain(text))

    def _moved(self, one: Recorded) -> str:
        if one.from_state is None or one.to_state is None:
            return ""
        return f"{STATES[one.from_state.value]} → {STATES[one.to_state.value]}"

    def _details(self, event: Event) -> Iterator[str]:
        if isinstance(event, TurnSaid):
            yield from self._of_turn(event)
        elif not isinstance(event, NoteWritten):
            for name, value in _values(event):
                yield f"{FIELDS.get(name, name)} {self._coded(name, value)}"
            if self._erased and event.sealed_names:
                yield ERASED

    def _of_turn(self, said: TurnSaid) -> Iterator[str]:
        answer = said.answer or {}
        if "confidence" in answer:
            yield f"把握 {float(answer['confidence']):.0%}"
        for name in ("suggested", "taken"):
            if answer.get(name):
                yield f"{FIELDS[name]} {self._coded(name, answer[name])}"
        for basis in answer.get("basis", ()):
            yield f"《{basis.get('law', '')}》{basis.get('article', '')}"
        if said.file:
            yield f"文件 {_plain(str(said.file.get('name', '')))}"

    def _coded(self, name: str, value: Any) -> str:
        if isinstance(value, list | tuple):
            return "、".join(self._coded(name, one) for one in value)
        if name == "suggested":
            return f"{self._coded('matter', value['matter'])} {value['confidence']:.0%}"
        if isinstance(value, dict):
            return "、".join(f"{_code_name(key)} {inner}" for key, inner in value.items())
        return self._measured(name, value) or self._codes.get(name, {}).get(value) or _plain(str(value))

    def _measured(self, name: str, value: Any) -> str | None:
        """Seats by name, numbers masked, sub-matters with their matter, durations and times."""
        if name == "phone":
            return masked(value)
        if name == "seat_id":
            return self._names.get(UUID(value))
        if name == "matter" and "." in value:
            return f"{self._coded(name, value.partition('.')[0])}·{self._codes[name].get(value, value)}"
        if name.endswith("_s"):
            return _duration(float(value))
        if name.endswith("_at"):
            return f"{datetime.fromisoformat(value).astimezone(self._zone):{_form_of(name)}}"
        return None

    def _date(self, at: datetime) -> str:
        return f"{at.astimezone(self._zone):%Y-%m-%d %H:%M:%S}"


def _values(event: Event) -> Iterator[tuple[str, Any]]:
    """Fields worth showing; of ids only a seat's, the rest are for machines. `why` shows its parts."""
    for one in fields(event):
        value = getattr(event, one.name)
        hidden = one.name in NOT_SHOWN or (one.name.endswith("_id") and one.name != "seat_id")
        if hidden or value in (None, (), "", {}):
            continue
        if one.name == "why" and isinstance(value, dict):
            yield from ((key, inner) for key, inner in value.items() if inner not in (None, (), "", {}))
        else:
            yield one.name, value


def _form_of(name: str) -> str:
    """An offer's end is today's; what is owed may be owed on another day."""
    return "%H:%M:%S" if name == "expires_at" else "%m-%d %H:%M"


def _code_name(code: str) -> str:
    """A code that stands as a key: why so many seats were left out."""
    return CODES["reason"].get(code) or CODES["how"].get(code) or FIELDS.get(code, code)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "时"), (minutes, "分"), (rest, "秒"))
    return "".join(f"{count}{unit}" for count, unit in parts if count) or "0秒"


def _plain(text: str) -> str:
    """Without what would move the cursor or colour the terminal: words come from outside."""
    return "".join(letter if letter.isprintable() or letter == "\n" else "�" for letter in text)
