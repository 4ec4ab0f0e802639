"""Who may do what, and on which interactions: a table of rights, and a scope that goes into every query.

              list   record   words   serve   roster      scope        reaches
    lawyer      x      x        x       x                 city         every interaction
    supervisor  x      x        x               x         district     interaction.district
    analyst     x      x                                  street       district and street: names repeat in a city
    admin       x      x        x               x         firm         served by a lawyer of the firm

A lawyer's reach is what the lawyer serves, served or is just being offered, whatever the account's scope.
What lies outside the reach does not exist for the viewer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, true

from interactions.errors import NotAllowed
from interactions.model import OfferState
from interactions.tables import account, assignment, interaction, offer, seat

S = TypeVar("S", bound=Select[*tuple[Any, ...]])


class Role(StrEnum):
    """What an account is for."""

    LAWYER = "lawyer"
    SUPERVISOR = "supervisor"
    ANALYST = "analyst"
    ADMIN = "admin"


class Right(StrEnum):
    """What a role may do. Words are what people said and wrote; the rest of a record is headers."""

    LIST = "list"
    READ_RECORD = "read_record"
    READ_WORDS = "read_words"
    SERVE = "serve"
    ROSTER = "roster"
    SUPERVISE = "supervise"


class ScopeKind(StrEnum):
    """By what an account's reach is cut."""

    CITY = "city"
    DISTRICT = "district"
    STREET = "street"
    FIRM = "firm"


_READERS = frozenset({Right.LIST, Right.READ_RECORD, Right.READ_WORDS})
RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.LAWYER: _READERS | {Right.SERVE},
    Role.SUPERVISOR: _READERS | {Right.ROSTER, Right.SUPERVISE},
    Role.ANALYST: frozenset({Right.LIST, Right.READ_RECORD}),
    Role.ADMIN: _READERS | {Right.ROSTER},
}


ROLE_NAMES = {Role.LAWYER: "律师", Role.SUPERVISOR: "班长", Role.ANALYST: "分析员", Role.ADMIN: "管理员"}
RIGHT_NAMES = {
    Right.LIST: "查看列表",
    Right.READ_RECORD: "查看服务单",
    Right.READ_WORDS: "查看内容",
    Right.SERVE: "接待居民",
    Right.ROSTER: "管理排班",
    Right.SUPERVISE: "督导",
}


@dataclass(frozen=True, slots=True)
class Scope:
    """A kind and its value: a district code, `district/street` (`120104/学府街道`), a firm; the city has none."""

    kind: ScopeKind = ScopeKind.CITY
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Viewer:
    """An account that is logged in, as far as rights go."""

    account_id: UUID
    display_name: str
    role: Role
    scope: Scope

    def may(self, right: Right) -> bool:
        """Whether the role has `right`."""
        return right in RIGHTS[self.role]

    def require(self, right: Right) -> None:
        """Raises `NotAllowed` where the role lacks `right`."""
        if not self.may(right):
            raise NotAllowed(f"role：{ROLE_NAMES[self.role]}账号没有此项权限（{RIGHT_NAMES[right]}）")


def scoped(statement: S, viewer: Viewer) -> S:
    """`statement` (a select over `interaction`) cut to what `viewer` may know of."""
    return statement.where(_reach(viewer))


def _reach(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.role is Role.LAWYER:
        return or_(_served_by(viewer.account_id), _offered_to(viewer.account_id))
    match viewer.scope.kind:
        case ScopeKind.CITY:
            return true()
        case ScopeKind.DISTRICT:
            return interaction.c.district == viewer.scope.value
        case ScopeKind.STREET:
            return _in_street(viewer.scope.value)
        case ScopeKind.FIRM:
            return _served_by_firm(viewer.scope.value)


def _in_street(value: str | None) -> ColumnElement[bool]:
    """A value without its district reaches nothing: half the city has a street of that name."""
    district, _, street = (value or "").partition("/")
    return and_(interaction.c.district == district, interaction.c.street == street)


def _served_by(account_id: UUID) -> ColumnElement[bool]:
    served = select(assignment.c.segment_id).where(
        assignment.c.interaction_id == interaction.c.interaction_id, assignment.c.account_id == account_id
    )
    return exists(served)


def _offered_to(account_id: UUID) -> ColumnElement[bool]:
    offered = (
        select(offer.c.offer_id)
        .join(seat, seat.c.seat_id == offer.c.seat_id)
        .where(
            offer.c.interaction_id == interaction.c.interaction_id,
            offer.c.state == OfferState.LIVE.value,
            seat.c.account_id == account_id,
        )
    )
    return exists(offered)


def _served_by_firm(firm: str | None) -> ColumnElement[bool]:
    served = (
        select(assignment.c.segment_id)
        .join(account, account.c.account_id == assignment.c.account_id)
        .where(assignment.c.interaction_id == interaction.c.interaction_id, account.c.firm == firm)
    )
    return exists(served)
