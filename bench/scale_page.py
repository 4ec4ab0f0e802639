"""The figures of `bench/scale.py` as tables: on the terminal, and between the marks in `docs/scale.md`.

make bench ONLY=scale ─▶ bench/out/scale.json ─▶ python -m bench.scale_page ─▶ docs/scale.md
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from bench.figures import Figure
from bench.ledger import Cost
from bench.scale import Scale, Turns, Visits

MEASURED = Path(__file__).parent / "out" / "scale.json"
PAGE = Path(__file__).resolve().parent.parent / "docs" / "scale.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
# Sentences of both sides in one talk: an assumption, to be replaced by what a city's own log says.
TURNS = 20
# Fifteen seats at 435 s a talk carry 90 an hour at 80 % within 15 s (Erlang C).
FIFTEEN_SEATS_PER_H = 90
LOADS = {"15 seats": 1, "10 × 15 seats": 10, "100 × 15 seats": 100, "1,000 × 15 seats": 1_000}
BUSY = 0.5
Cells = Sequence[str]
Column = Callable[[Scale], str]
THROUGHPUT: Mapping[str, Column] = {
    "workers": lambda one: f"{one.workers}",
    "turns/s": lambda one: f"{one.turns.ours.per_s:,.0f}",
    "p50 ms": lambda one: f"{one.turns.ours.p50_ms:,.0f}",
    "p99 ms": lambda one: f"{one.turns.ours.p99_ms:,.0f}",
    "bare/s": lambda one: f"{one.turns.bare.per_s:,.0f}",
    "of bare": lambda one: f"{one.turns.ours.per_s / one.turns.bare.per_s:.2f}×",
    "matches/s": lambda one: f"{one.visits.per_s:,.0f}",
    "offer p50 ms": lambda one: f"{one.visits.offer_p50_ms:,.0f}",
    "offer p99 ms": lambda one: f"{one.visits.offer_p99_ms:,.0f}",
    "unserved": lambda one: f"{sum(one.visits.unserved.values())}",
    "rescued": lambda one: f"{one.visits.rescued:.0f}",
}
COSTS: Mapping[str, Callable[[Cost], str]] = {
    "service ms": lambda one: f"{one.service_us / 1e3:.2f}",
    "PostgreSQL ms": lambda one: f"{one.postgres_us / 1e3:.2f}",
    "Redis ms": lambda one: f"{one.redis_us / 1e3:.2f}",
    "load ms": lambda one: f"{one.client_us / 1e3:.2f}",
    "PostgreSQL share": lambda one: f"{one.postgres_share:.0%}",
    "statements": lambda one: f"{one.statements:.1f}",
    "in statements ms": lambda one: f"{one.statement_ms:.1f}",
    "waiting share": lambda one: f"{one.busy_share:.0%}",
    "commits": lambda one: f"{one.commits:.1f}",
    "WAL kB": lambda one: f"{one.wal_bytes / 1e3:.1f}",
    "disk kB": lambda one: f"{one.disk_bytes / 1e3:.1f}",
}


def tables(rows: Sequence[Scale]) -> Iterator[Table]:
    """For the terminal."""
    yield _table("Workers: throughput", THROUGHPUT, ([show(one) for show in THROUGHPUT.values()] for one in rows))
    yield _table("Workers: what one turn and one visit cost", ("", *COSTS), _costs(rows))


def _table(title: str, columns: Sequence[str] | Mapping[str, Column], lines: Iterator[Cells]) -> Table:
    made = Table(title=title)
    for column in columns:
        made.add_column(column, justify="right", overflow="fold")
    for line in lines:
        made.add_row(*line)
    return made


def _costs(rows: Sequence[Scale]) -> Iterator[Cells]:
    for one in rows:
        for what, cost in (("turn", one.turns.cost), ("visit", one.visits.cost)):
            yield [f"{what}, {one.workers}", *(show(cost) for show in COSTS.values())]


def page(rows: Sequence[Scale], *, measured: str, turns: int) -> str:
    """What stands between the marks: where it was measured, both tables, and what follows for larger houses."""
    throughput = _markdown(list(THROUGHPUT), ([show(one) for show in THROUGHPUT.values()] for one in rows))
    costs = _markdown(["", *COSTS], _costs(rows))
    needs = [
        "load at its peak",
        "visits/h",
        "service processors",
        "PostgreSQL processors",
        "WAL MB/s",
        "of matches/s here",
    ]
    return "\n\n".join(
        [
            measured,
            throughput,
            costs,
            f"With T = {turns} and the costs of {rows[0].workers} worker, processors half idle at the peak:",
            _markdown(needs, _needs(rows[0], best=max(one.visits.per_s for one in rows), turns=turns)),
            _fan_out(rows),
            f"Rows and indexes of a million visits: {_disk_gb(rows[0], turns):,.0f} GB.",
        ]
    )


def _needs(one: Scale, *, best: float, turns: int) -> Iterator[Cells]:
    """Processors and bytes for each load; the share of what this machine served, load generator and all."""
    for name, factor in LOADS.items():
        per_s = factor * FIFTEEN_SEATS_PER_H / 3600
        service, postgres = (
            per_s * _of_both(one, which, turns) / 1e6 / BUSY for which in ("service_us", "postgres_us")
        )
        wal = per_s * _of_both(one, "wal_bytes", turns) / 1e6
        yield [name, f"{per_s * 3600:,.0f}", f"{service:.3f}", f"{postgres:.3f}", f"{wal:.3f}", f"{per_s / best:.1%}"]


def _of_both(one: Scale, which: str, turns: int) -> float:
    """Of a visit with its turns."""
    return float(getattr(one.visits.cost, which) + turns * getattr(one.turns.cost, which))


def _disk_gb(one: Scale, turns: int) -> float:
    return _of_both(one, "disk_bytes", turns) * 1e6 / 1e9


def _fan_out(rows: Sequence[Scale]) -> str:
    """What a further process costs each turn and visit: it hears of all the others' changes."""
    first, last = rows[0], rows[-1]
    further = last.workers - first.workers
    turn = (last.turns.cost.service_us - first.turns.cost.service_us) / further
    visit = (last.visits.cost.service_us - first.visits.cost.service_us) / further
    return f"Each further worker adds {turn / 1e3:.2f} ms to a turn and {visit / 1e3:.2f} ms to a visit."


def _markdown(columns: Sequence[str], lines: Iterator[Cells]) -> str:
    head = [f"| {' | '.join(columns)} |", f"|{' ---: |' * len(columns)}"]
    return "\n".join([*head, *(f"| {' | '.join(line)} |" for line in lines)])


def rows_in(measured: Mapping[str, Any]) -> list[Scale]:
    """The rows as they were measured."""
    return [
        Scale(
            one["workers"],
            Turns(Figure(**one["turns"]["ours"]), Figure(**one["turns"]["bare"]), Cost(**one["turns"]["cost"])),
            Visits(**{**one["visits"], "cost": Cost(**one["visits"]["cost"])}),
        )
        for one in measured["rows"]
    ]


def replaced(text: str, block: str) -> str:
    """`text` with `block` between its marks."""
    before, rest = text.split(BEGIN, 1)
    _, after = rest.split(END, 1)
    return f"{before}{BEGIN}\n{block}\n{END}{after}"


def main(
    turns: Annotated[int, typer.Option(help="sentences of both sides in one talk")] = TURNS,
    note: Annotated[str, typer.Option(help="what a reader should know of this measurement")] = "",
) -> None:
    """Puts the latest figures into docs/scale.md."""
    measured = json.loads(MEASURED.read_text(encoding="utf-8"))
    machine = measured["machine"]
    told = (
        f"Measured {measured['at'][:16].replace('T', ' ')} UTC on {machine['processors']} processors shared by load "
        f"generator, service, PostgreSQL and Redis (load average {machine['load'][0]:.1f} after it), Python "
        f"{machine['python']}. {note}"
    ).rstrip()
    block = page(rows_in(measured), measured=told, turns=turns)
    PAGE.write_text(replaced(PAGE.read_text(encoding="utf-8"), block), encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
