"""Log lines never carry a person's words or identity."""

from __future__ import annotations

import pytest

from hotline.logs import PERSONAL, blank_personal


@pytest.mark.parametrize("field", sorted(PERSONAL))
def test_a_personal_field_is_blanked(field: str) -> None:
    assert blank_personal(None, "", {"event": "x", field: "某人的话"}) == {"event": "x", field: "[blanked]"}
