"""The code lists of the city: what a form may hold, with the labels people see. They come from the settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from agents.declining import DECLINE_REASONS
from interactions.errors import Invalid

OUTCOMES: Mapping[str, str] = {
    "answered": "已解答",
    "referred": "已转办或指引",
    "callback": "约定回电",
    "unreachable": "无法联系",
    "other": "其他",
}


@dataclass(frozen=True, slots=True)
class Codes:
    """Each list maps a code to its label. `matters` holds sub-matters beside their parents (`labour.wages`)."""

    matters: Mapping[str, str]
    districts: Mapping[str, str]
    request_kinds: Mapping[str, str]
    caller_groups: Mapping[str, str]
    channels: Mapping[str, str]
    outcomes: Mapping[str, str] = field(default_factory=lambda: OUTCOMES)
    decline_reasons: Mapping[str, str] = field(default_factory=lambda: DECLINE_REASONS)

    def lists(self) -> dict[str, dict[str, str]]:
        """All lists, for the forms of the console."""
        return {name: dict(getattr(self, name)) for name in self.__slots__}


def require_code(value: str, codes: Iterable[str], *, field: str) -> str:
    """`value`, where it is one of `codes`; raises `Invalid` naming the field, never the value."""
    if value not in codes:
        raise Invalid(f"{field}：不在代码表中")
    return value
