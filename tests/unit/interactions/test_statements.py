"""Named values in text become numbered ones, and nothing else does."""

from __future__ import annotations

import pytest

from interactions.connections import _met, _numbered


@pytest.mark.parametrize(
    ("said", "numbered", "names"),
    [
        ("select 1", "select 1", ()),
        ("where a = :a and b = :b", "where a = $1 and b = $2", ("a", "b")),
        ("where a = :a or :a is null", "where a = $1 or $1 is null", ("a",)),
        ("select x::text, :y::int", "select x::text, $1::int", ("y",)),
        ("cast(:ids as uuid[])", "cast($1 as uuid[])", ("ids",)),
    ],
)
def test_a_name_gets_one_number_and_a_cast_is_no_name(said: str, numbered: str, names: tuple[str, ...]) -> None:
    assert _numbered(said) == (numbered, names)


@pytest.mark.parametrize(
    ("status", "met"), [("UPDATE 3", 3), ("INSERT 0 12", 12), ("SELECT 0", 0), ("CREATE TABLE", -1), ("", -1)]
)
def test_the_server_says_how_many_rows_it_met(status: str, met: int) -> None:
    assert _met(status) == met
