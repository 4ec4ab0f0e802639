"""A scenario for `hotline simulate` read from YAML; every problem is told with its line and column."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import yaml
from pydantic import ValidationError

from hotline.problems import problem_lines
from interactions.errors import Invalid
from routing.simulation.scenario import Scenario

BUILT_IN = Path(__file__).parent.parent / "routing" / "scenarios"


def read_scenario(path: Path) -> Scenario:
    """The scenario in `path`, or the built-in one of this name; raises `Invalid` with every problem."""
    found = _found(path)
    text = _text(found)
    try:
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        return Scenario.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = _where(mark.line, mark.column) if mark else ""
        raise Invalid(f"{found.name}{where}: {getattr(error, 'problem', None) or 'expected YAML'}") from None
    except ValidationError as error:
        raise Invalid("\n".join(_problems(error, found.name, tree))) from None


def built_in() -> list[str]:
    """The names of the scenarios that come with the hotline."""
    return sorted(path.stem for path in BUILT_IN.glob("*.yaml"))


def _found(path: Path) -> Path:
    own = BUILT_IN / f"{path}.yaml"
    return own if path.name == str(path) and not path.exists() and own.exists() else path


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        names = "、".join(built_in())
        raise Invalid(f"{path}：读不到场景文件（{error.strerror}）；自带的场景有 {names}") from None
    except UnicodeDecodeError:
        raise Invalid(f"{path}：场景文件应为 UTF-8 文本") from None


def _problems(error: ValidationError, name: str, tree: yaml.Node | None) -> list[str]:
    """`city.yaml line 12, column 9: talk.mean_s: expected seconds > 0`."""
    lines = problem_lines(error, name, model=Scenario)
    marks = (_mark(tree, one["loc"]) for one in error.errors())
    return [line.replace(name, f"{name}{mark}", 1) for line, mark in zip(lines, marks, strict=True)]


def _mark(node: yaml.Node | None, location: Sequence[str | int]) -> str:
    """Where the value at `location` stands, or the nearest around it."""
    for part in location:
        inner = _inner(node, part)
        if inner is None:
            break
        node = inner
    return _where(node.start_mark.line, node.start_mark.column) if node is not None else ""


def _inner(node: yaml.Node | None, part: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == str(part)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        found: yaml.Node = node.value[part]
        return found
    return None


def _where(line: int, column: int) -> str:
    return f" line {line + 1}, column {column + 1}"
