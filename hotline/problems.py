"""What is wrong with a file of settings, one line a problem: file, path, expected shape."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

_LIMITS = {"greater_than": ">", "greater_than_equal": "≥", "less_than": "<", "less_than_equal": "≤"}


def problem_lines(
    error: ValidationError, file: str, sources: Mapping[str, str] | None = None, *, model: type[BaseModel]
) -> list[str]:
    """One line a problem: `config.yaml: routing.offer.chat_s: expected …`; an override is named by its variable."""
    return [_line(one, file, sources or {}, model) for one in error.errors()]


def _line(error: Any, file: str, sources: Mapping[str, str], model: type[BaseModel]) -> str:
    where = ".".join(str(part) for part in error["loc"])
    variable = next((name for path, name in sources.items() if _on_one_path(path, where)), None)
    source = f"environment {variable}" if variable else f"{file}: {where}" if where else file
    return f"{source}: {_told(error, model)}"


def _on_one_path(path: str, where: str) -> bool:
    """A variable may set a value inside an unknown section, or a whole section with one wrong value."""
    return f"{where}.".startswith(f"{path}.") or f"{path}.".startswith(f"{where}.")


def _told(error: Any, model: type[BaseModel]) -> str:
    """What was expected. A value is shown only where it is a number: anything else may be a secret."""
    if error["type"] == "extra_forbidden":
        return f"unknown key{_did_you_mean(error['loc'], model)}"
    if error["type"] == "missing":
        return "missing"
    number = isinstance(error["input"], int | float) and not isinstance(error["input"], bool)
    return _expected(error) + (f", got {error['input']}" if number else "")


def _expected(error: Any) -> str:
    """`expected seconds > 0`, `expected a number`; other shapes in pydantic's words."""
    unit = "seconds" if error["loc"] and str(error["loc"][-1]).endswith("_s") else "a number"
    if sign := _LIMITS.get(error["type"]):
        return f"expected {unit} {sign} {error['ctx'][next(iter(error['ctx']))]:g}"
    if error["type"] in ("float_parsing", "float_type", "int_parsing", "int_type", "int_from_float"):
        whole = "a whole number" if error["type"].startswith("int") else "a number"
        return f"expected {whole}{' of seconds' if unit == 'seconds' else ''}"
    return str(error["msg"]).replace("Input should be", "expected").replace("Value error, ", "")


def _did_you_mean(location: Sequence[Any], root: type[BaseModel]) -> str:
    model: Any = root
    for part in location[:-1]:
        field = getattr(model, "model_fields", {}).get(str(part))
        model = field.annotation if field else None
    near = difflib.get_close_matches(str(location[-1]), list(getattr(model, "model_fields", {})), n=1)
    return f"; did you mean {'.'.join([*map(str, location[:-1]), *near])}?" if near else ""
