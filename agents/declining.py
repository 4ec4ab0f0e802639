"""Why a lawyer declines, as a code: the log keeps it in the clear, so a lawyer's own words have no place there.

`conflict` and `competence` keep the seat from this interaction for good (routing); the others for a moment. Words
that name either are read as it: excluding a seat too often is care, too seldom is not.
"""

from __future__ import annotations

from collections.abc import Mapping

DECLINE_REASONS: Mapping[str, str] = {
    "conflict": "利益冲突",
    "competence": "不擅长该领域",
    "busy": "正忙",
    "other": "其他",
}
_SIGNS: Mapping[str, tuple[str, ...]] = {
    "conflict": ("conflict", "冲突", "回避", "对方当事人"),
    "competence": ("compet", "不擅长", "不熟悉", "不懂"),
}


def decline_code(reason: str) -> str:
    """The code of `reason`, which is a code, its label, or a lawyer's own words."""
    said = reason.strip().lower()
    if said in DECLINE_REASONS:
        return said
    named = (code for code, signs in _SIGNS.items() if any(sign in said for sign in signs))
    by_label = (code for code, label in DECLINE_REASONS.items() if label == said)
    return next(named, None) or next(by_label, "other")
