"""What a record tells of conflicts of interest: everything to who oversees, nothing to who serves or counts. Pure.

That a lawyer may not have an interaction tells that they served the other side. Who serves sees that seats were left
out, and how many; why, and which refused for it, stands in the log and is for supervisors (agents/roles.py).

    why.excluded {"party": 1, "declined": 2}  ─▶  {"barred": 3}
    how "conflicted"                          ─▶  "withdrawn"
    reason "conflict", "competence"           ─▶  left out
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from routing.offers import CONFLICTED, FOR_GOOD


def discreet(body: Mapping[str, Any]) -> dict[str, Any]:
    """The body of an event without a word of conflicts."""
    told = dict(body)
    if isinstance(told.get("reason"), str) and told["reason"] in FOR_GOOD:
        del told["reason"]
    if told.get("how") == CONFLICTED:
        told["how"] = "withdrawn"
    if isinstance(told.get("why"), Mapping):
        told["why"] = discreet_why(told["why"])
    return told


def discreet_why(why: Mapping[str, Any]) -> dict[str, Any]:
    """The explanation of an offer, with the number of seats left out in place of the reasons."""
    excluded = why.get("excluded")
    if not isinstance(excluded, Mapping):
        return dict(why)
    return {**why, "excluded": {"barred": sum(excluded.values())} if excluded else {}}
