"""The plain facts of the bot's turns for the log: codes, numbers and words of the content, never a resident's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bots.ports import Choice, Earlier
from bots.replies import Doubt, Told

Facts = dict[str, Any]
# Turns of the bot that leave the talk where it was.
BESIDE = frozenset({"greeting", "thanks", "goodbye", "warning"})


def facts_of_answer(told: Told, *, content: str) -> Facts:
    """Of one answer."""
    return {**_one(told), "content": content}


def facts_of_doubt(doubt: Doubt, *, content: str) -> Facts:
    """Of no answer."""
    about = {} if doubt.about is None else {"about": doubt.about, "about_confidence": doubt.about_confidence}
    return {
        "confidence": round(doubt.confidence, 4),
        "content": content,
        "why": doubt.why,
        **about,
        **_offered(doubt.choices),
    }


def facts_of_several(parts: Sequence[Told | Doubt], *, choices: Sequence[Choice], content: str) -> Facts:
    """Of several questions in one message: the first answer's, the least confidence, every article, each by itself."""
    told = [part for part in parts if isinstance(part, Told)]
    basis = [one for part in told for one in _one(part)["basis"]]
    first = _one(told[0])
    return {
        **first,
        "confidence": round(min(part.answer.confidence for part in told), 4),
        "basis": [one for at, one in enumerate(basis) if one not in basis[:at]],
        "content": content,
        "parts": [_part(part) for part in parts],
        **_offered(choices),
    }


def earlier_of(turns: Iterable[tuple[str | None, Mapping[str, Any] | None]]) -> Earlier:
    """What the bot's turns so far leave to know; `turns` (purpose, facts), the newest first."""
    spoken = list(turns)
    warnings = sum(1 for purpose, _ in spoken if purpose == "warning")
    last = next((facts for purpose, facts in spoken if purpose not in BESIDE), None) or {}
    return Earlier(
        entry_id=_text(last.get("entry") or last.get("about")),
        matter=_text(last.get("matter")),
        confidence=_number(last.get("about_confidence", last.get("confidence"))),
        choices=_choices(last),
        warnings=warnings,
    )


def _one(told: Told) -> Facts:
    answer = told.answer
    facts: Facts = {
        "entry": answer.entry_id,
        "entry_version": told.version,
        "confidence": round(answer.confidence, 4),
        "matter": answer.matter,
        "basis": [{"law": one.law, "article": one.article} for one in answer.basis],
        "how": told.how.value,
    }
    return facts if told.aspect is None else {**facts, "aspect": told.aspect}


def _part(part: Told | Doubt) -> Facts:
    if isinstance(part, Doubt):
        return {"confidence": round(part.confidence, 4), "why": part.why}
    return {name: value for name, value in _one(part).items() if name != "basis"}


def _offered(choices: Sequence[Choice]) -> Facts:
    return {
        "suggestions": [one.question for one in choices],
        "choices": [{"entry": one.entry_id, "question": one.question} for one in choices],
    }


def _choices(facts: Mapping[str, Any]) -> tuple[Choice, ...]:
    """Read forgivingly: what an older or newer version wrote must not silence the bot."""
    found = facts.get("choices") or ()
    return tuple(
        Choice(str(one["entry"]), str(one["question"]))
        for one in found
        if isinstance(one, Mapping) and "entry" in one and "question" in one
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
