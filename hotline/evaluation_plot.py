"""Confidence against truth as a picture (PNG): how often the engine was right when it said how sure it was.

Drawn by matplotlib, which is an optional dependency: the service never needs it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bots.evaluation import Marked
from bots.reliability import bins, brier, told
from interactions.errors import Invalid

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = ("#163f7a", "#a4481c")
MARKERS = ("o", "s")
# Fonts that draw Chinese, on the systems this runs on.
FONTS = ("Noto Sans CJK SC", "Noto Sans CJK JP", "Source Han Sans SC", "WenQuanYi Zen Hei", "PingFang SC")
MORE_FONTS = ("Hiragino Sans GB", "Microsoft YaHei", "SimHei", "Noto Serif CJK SC")
ENDING = ".png"


def require_png(path: Path) -> Path:
    """The path itself; raises `Invalid` where it is no PNG's."""
    if path.suffix != ENDING:
        raise Invalid(f"--plot {path}：应以 {ENDING} 结尾")
    return path


def write(path: Path, exams: Mapping[str, Sequence[Marked]], *, title: str, threshold: float) -> None:
    """Draws every judged examination of `exams` (by name); raises `Invalid` where it cannot be drawn or written."""
    try:
        from matplotlib import rc_context  # noqa: PLC0415 - optional, and slow to import
        from matplotlib.figure import Figure  # noqa: PLC0415
    except ImportError:
        raise Invalid('--plot 需要 matplotlib：pip install "hotline[plot]"') from None
    with rc_context({"font.sans-serif": [*FONTS, *MORE_FONTS, "DejaVu Sans"], "axes.unicode_minus": False}):
        figure = Figure(figsize=(8, 8.5), layout="constrained")
        above, below = figure.subplots(2, 1, height_ratios=(4, 1), sharex=True)
        _draw_truth(above, exams, threshold=threshold)
        _draw_counts(below, exams, threshold=threshold)
        above.set_title(title)
        try:
            figure.savefig(require_png(path), dpi=120)
        except OSError as error:
            raise Invalid(f"{path}：写不了图（{error.strerror}）") from None


def _draw_truth(axes: Axes, exams: Mapping[str, Sequence[Marked]], *, threshold: float) -> None:
    axes.plot([0, 1], [0, 1], color="#8a97a6", linestyle="--", label="说多少，就对多少")
    axes.axvline(threshold, color="#566273", linestyle=":", label=f"作答门槛 {threshold}")
    for (name, marked), colour, marker in zip(exams.items(), COLOURS, MARKERS, strict=False):
        steps = bins(marked)
        said = [one.said for one in steps]
        share = [one.right.share for one in steps]
        down = [one.right.share - one.right.low for one in steps]
        up = [one.right.high - one.right.share for one in steps]
        label = f"{name}：{len(told(marked))} 问，Brier {brier(marked):.3f}"
        axes.errorbar(said, share, yerr=[down, up], color=colour, marker=marker, capsize=4, label=label)
    axes.set(xlim=(0, 1), ylim=(0, 1), ylabel="实际答对的比例（竖线：95% 区间）")
    axes.legend(loc="upper left", frameon=False)
    axes.grid(color="#dde3ea")


def _draw_counts(axes: Axes, exams: Mapping[str, Sequence[Marked]], *, threshold: float) -> None:
    said = [[one.confidence or 0.0 for one in told(marked)] for marked in exams.values()]
    axes.hist(said, bins=20, range=(0, 1), color=list(COLOURS[: len(said)]))
    axes.axvline(threshold, color="#566273", linestyle=":")
    axes.set(xlabel="引擎说的把握", ylabel="问数")
    axes.grid(color="#dde3ea", axis="y")
