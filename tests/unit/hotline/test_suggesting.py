"""A suggested matter is kept with its reasons, taken over only where likelier than not, and told to who waits."""

from __future__ import annotations

from bots.suggestion import Suggestion
from hotline import phrases
from hotline.suggesting import NOTHING, Suggested


def suggested(*found: tuple[str, float]) -> Suggested:
    """Of these matters and confidences."""
    return Suggested(tuple(Suggestion(*one) for one in found))


def test_the_first_is_taken_only_where_it_is_likelier_than_not() -> None:
    assert suggested(("labour", 0.5), ("contract", 0.3)).taken == "labour"
    assert suggested(("labour", 0.49), ("contract", 0.3)).taken is None
    assert suggested(("general", 0.9)).taken is None
    assert NOTHING.taken is None


def test_the_log_holds_codes_and_numbers_only() -> None:
    assert suggested(("labour", 0.51234), ("contract", 0.3)).facts() == {
        "suggested": [{"matter": "labour", "confidence": 0.5123}, {"matter": "contract", "confidence": 0.3}],
        "taken": "labour",
    }
    assert NOTHING.facts() == {}


def test_who_waits_is_told_by_which_matter_and_that_it_can_be_mended() -> None:
    told = phrases.queued("asked", matter="劳动纠纷")

    assert "“劳动纠纷”" in told
    assert "更正" in told
    assert phrases.queued("asked") in told
