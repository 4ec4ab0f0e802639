"""Log lines never carry a person's words or identity."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from hotline import logs
from hotline.logs import PERSONAL, blank_personal

WORDS = "老板打我，电话不方便说"


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """Logging as in production, undone after; call it for the lines logged so far."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stderr = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stderr)
    logs.configure(terminal=False)
    yield lambda: [json.loads(line) for line in stderr.getvalue().splitlines()]
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.parametrize("field", sorted(PERSONAL))
def test_a_personal_field_is_blanked(field: str) -> None:
    assert blank_personal(None, "", {"event": "x", field: WORDS}) == {"event": "x", field: "[blanked]"}


def test_a_personal_field_inside_another_is_blanked() -> None:
    blanked = blank_personal(
        None, "", {"event": "x", "frame": {"type": "say", "Text": WORDS}, "turns": [{"text": WORDS}]}
    )

    assert blanked == {"event": "x", "frame": {"type": "say", "Text": "[blanked]"}, "turns": [{"text": "[blanked]"}]}


def test_an_error_shows_its_kind_and_place_and_not_its_message(lines: Callable[[], list[dict[str, Any]]]) -> None:
    structlog.get_logger().error("http.failed", exc_info=_raised())

    (line,) = lines()
    assert (line["event"], line["error"], line["level"]) == ("http.failed", "ValueError", "error")
    assert line["at"][-1].endswith(" _raised")
    assert WORDS not in str(line)


def test_a_library_line_is_json_too_without_the_message_of_its_error(
    lines: Callable[[], list[dict[str, Any]]],
) -> None:
    error = _raised()
    told = f"Task exception was never retrieved\nfuture: <Task exception={error!r}>"

    logging.getLogger("asyncio").log(logging.ERROR, told, exc_info=error)

    (line,) = lines()
    assert (line["event"], line["logger"]) == ("Task exception was never retrieved", "asyncio")
    assert line["error"] == "ValueError"
    assert WORDS not in str(line)


def _raised() -> ValueError:
    try:
        raise ValueError(WORDS)  # noqa: TRY301 - it needs a traceback
    except ValueError as error:
        return error
