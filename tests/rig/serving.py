"""A lawyer's commands on a test's ground, and the words and codes that they are used with."""

from __future__ import annotations

from typing import Protocol

from agents.codes import OUTCOMES, Codes
from agents.ratings import Ratings
from agents.serving import Serving
from agents.settings import ServingSettings
from agents.wrapping_up import Classification
from interactions.clock import ManualClock
from interactions.database import Database
from interactions.head import Head
from interactions.log import Log

CODES = Codes(
    matters={"labour": "劳动纠纷", "labour.wages": "欠薪", "family": "婚姻家庭", "general": "其他"},
    districts={"120104": "南开", "120101": "和平", "other": "外地", "unknown": "未知"},
    request_kinds={"consultation": "咨询", "legal_aid": "法律援助"},
    caller_groups={"migrant_worker": "农民工"},
    channels={"web": "网页"},
    outcomes=OUTCOMES,
)
# The shortest 小结.
FORM = Classification("labour", "120104", "consultation", "answered", "已解答")


class Standing(Protocol):
    """What it stands on."""

    @property
    def database(self) -> Database:
        """The database."""

    @property
    def log(self) -> Log:
        """The log."""

    @property
    def clock(self) -> ManualClock:
        """The clock."""


def serving_on(on: Standing, *, settings: ServingSettings | None = None) -> Serving:
    """Words, release, wrap-up."""
    chosen = settings or ServingSettings()
    ratings = Ratings(on.database, log=on.log, clock=on.clock, settings=chosen)
    return Serving(
        on.database, log=on.log, ratings=ratings, codes=CODES, clock=on.clock, settings=chosen, farewell=farewell
    )


def farewell(head: Head) -> str:
    """What a resident is told at the end of a talk."""
    return f"受理编号 {head.number}"
