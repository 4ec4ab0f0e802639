"""A call file read: what counts as a call, and every broken cell named by line and column."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from interactions.errors import Invalid
from routing.simulation.recorded import calls_in
from tests.unit.routing.simulation.call_file import HEADER, call, hung_up, waited, write


def test_who_asked_for_a_person_is_a_call_and_who_hung_up_in_the_menu_is_not(tmp_path: Path) -> None:
    path = write(
        tmp_path / "calls.tsv",
        [
            waited("9:30:00", 20, priority=2),
            call(),
            call(outcome="HANG", server="NO_SERVER", ser_time=0),
            call(outcome="PHANTOM"),
            hung_up("9:10:00", 30),
        ],
    )

    at_once, gone, later = calls_in(path)

    assert (at_once.at_s, at_once.wait_s, at_once.talk_s, at_once.server) == (9 * 3_600, 0, 100, "A")
    assert (gone.answered, gone.wait_s, gone.server) == (False, 30, None)
    assert (later.priority, later.answered_at_s, later.day) == (2, 9 * 3_600 + 1_820, date(1999, 2, 1))


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"q_time": "-57"}, "q_time"),
        ({"q_time": "１"}, "q_time"),
        ({"ser_time": ""}, "ser_time"),
        ({"vru_exit": "9:61:00"}, "vru_exit"),
        ({"vru_exit": "nine"}, "vru_exit"),
        ({"date": "990231"}, "date"),
        ({"date": "19990201"}, "date"),
        ({"outcome": "ANSWERED"}, "outcome"),
        ({"type": ""}, "type"),
    ],
)
def test_a_broken_cell_is_named_by_line_and_column_and_not_repeated(
    tmp_path: Path, cells: dict[str, str], column: str
) -> None:
    path = write(tmp_path / "calls.tsv", [call(), call(**cells)])

    with pytest.raises(Invalid, match=f"第 3 行，列 {column}：") as refused:
        calls_in(path)

    assert cells[column] == "" or cells[column] not in refused.value.message


def test_a_file_of_another_form_is_refused_by_its_header(tmp_path: Path) -> None:
    path = write(tmp_path / "calls.tsv", [call()], header=[one for one in HEADER if one not in ("q_time", "server")])

    with pytest.raises(Invalid, match="第 1 行缺少列 q_time、server"):
        calls_in(path)


def test_a_line_that_is_too_long_no_file_and_no_text_are_refused(tmp_path: Path) -> None:
    long = write(tmp_path / "long.tsv", [call(server="A\tB")])
    bytes_only = tmp_path / "bytes.tsv"
    bytes_only.write_bytes(b"\xff\xfe\x00")

    for path, told in ((long, "第 2 行：比表头多 1 列"), (tmp_path / "none.tsv", "读不到"), (bytes_only, "UTF-8")):
        with pytest.raises(Invalid, match=told):
            calls_in(path)
