"""The hours of a simulated day as a picture: an SVG, or a page around it. Readable without colour."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from html import escape
from pathlib import Path

from interactions.errors import Invalid
from routing.simulation.curves import Curves, Point

WIDTH, PANEL, LEFT, RIGHT, TOP, GAP = 960, 170, 74, 28, 104, 58
HOUR_S, DAY_S = 3_600, 86_400
ENDINGS = (".svg", ".html")
_STYLE = """
text { font: 14px "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif; fill: #27323f }
.title { font-size: 20px; font-weight: 600 } .note { fill: #566273; font-size: 13px } .name { font-weight: 600 }
.grid { stroke: #dde3ea } .axis { stroke: #8a97a6 } .tick { fill: #566273; font-size: 12px }
.band { fill: #163f7a; fill-opacity: .14 } .mean { fill: none; stroke: #163f7a; stroke-width: 2 }
.recorded { fill: none; stroke: #a4481c; stroke-width: 2; stroke-dasharray: 6 4 }"""


def write(path: Path, curves: Curves, *, name: str, facts: str, recorded: Curves | None = None) -> None:
    """Writes the picture to `path`, an `.svg` or an `.html`; raises `Invalid` for another ending or no such folder."""
    picture = svg(curves, name=name, facts=facts, recorded=recorded)
    page = f'<!doctype html><html lang="zh"><meta charset="utf-8"><title>{escape(name)}</title>{picture}</html>'
    try:
        path.write_text(page if require_ending(path).suffix == ".html" else picture, encoding="utf-8")
    except OSError as error:
        raise Invalid(f"{path}：写不了图（{error.strerror}）") from None


def require_ending(path: Path) -> Path:
    """The path itself; raises `Invalid` where it is no picture's."""
    if path.suffix not in ENDINGS:
        raise Invalid(f"--plot {path}：应以 {' 或 '.join(ENDINGS)} 结尾")
    return path


def svg(curves: Curves, *, name: str, facts: str, recorded: Curves | None = None) -> str:
    """Three panels one under the other, hours along the bottom."""
    panels: Sequence[tuple[str, Sequence[Point], Sequence[Point], Callable[[float], str]]] = (
        ("排队人数", curves.line, recorded.line if recorded else (), lambda value: f"{value:g}"),
        ("平均在线等待（秒）", curves.wait, recorded.wait if recorded else (), lambda value: f"{value:g}"),
        ("坐席占用率", curves.occupancy, recorded.occupancy if recorded else (), lambda value: f"{value:.0%}"),
    )
    height = TOP + len(panels) * (PANEL + GAP)
    drawn = [part for at, panel in enumerate(panels) for part in _panel(*panel, top=TOP + at * (PANEL + GAP))]
    legend = "实线：均值；浅色带：十天中有八天落在其中" + ("；虚线：文件中" if recorded else "")
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" width="100%">',
            f"<title>{escape(name)}</title><style>{_STYLE}</style>",
            f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
            f'<text class="title" x="{LEFT}" y="32">{escape(name)}</text>',
            f'<text class="note" x="{LEFT}" y="54">{escape(facts)}。{legend}</text>',
            *drawn,
            "</svg>",
        ]
    )


def _panel(
    name: str, points: Sequence[Point], recorded: Sequence[Point], written: Callable[[float], str], *, top: int
) -> Iterator[str]:
    step = _step(max([one.high for one in points] + [one.mean for one in recorded], default=0.0))
    most = step * max(1, math.ceil(max([one.high for one in points] + [one.mean for one in recorded] + [0]) / step))
    bottom = top + PANEL

    def place(at_s: float, value: float) -> str:
        return f"{_x(at_s):.1f},{bottom - value / most * PANEL:.1f}"

    yield f'<text class="name" x="{LEFT}" y="{top - 10}">{escape(name)}</text>'
    for line in range(round(most / step) + 1):
        y = bottom - line * step / most * PANEL
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        label = written(round(line * step, 6))
        yield f'<text class="tick" x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{label}</text>'
    for hour in range(0, 25, 3):
        x = _x(hour * HOUR_S)
        yield f'<line class="axis" x1="{x:.1f}" x2="{x:.1f}" y1="{bottom}" y2="{bottom + 5}"/>'
        yield f'<text class="tick" x="{x:.1f}" y="{bottom + 20}" text-anchor="middle">{hour:02d}:00</text>'
    for run in _runs(points):
        there, back = (place(one.at_s, one.high) for one in run), (place(one.at_s, one.low) for one in reversed(run))
        yield f'<polygon class="band" points="{" ".join([*there, *back])}"/>'
        yield f'<polyline class="mean" points="{" ".join(place(one.at_s, one.mean) for one in run)}"/>'
    for run in _runs(recorded):
        yield f'<polyline class="recorded" points="{" ".join(place(one.at_s, one.mean) for one in run)}"/>'
    yield f'<line class="axis" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{bottom}" y2="{bottom}"/>'


def _runs(points: Sequence[Point]) -> Iterator[Sequence[Point]]:
    """Without gaps: over hours in which nobody came no line is drawn."""
    run: list[Point] = []
    for one in points:
        if run and one.at_s - run[-1].at_s > HOUR_S / 2:
            yield run
            run = []
        run.append(one)
    if run:
        yield run


def _x(at_s: float) -> float:
    return LEFT + at_s / DAY_S * (WIDTH - LEFT - RIGHT)


def _step(most: float) -> float:
    """A round figure between three and six of which reach `most`."""
    if most <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(most / 3))
    return next(power * one for one in (1, 2, 2.5, 5, 10) if power * one * 6 >= most)
