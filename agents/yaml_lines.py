"""YAML whose every value knows its line, so that a wrong one is named as `roster.yaml:12: shifts.3.from: …`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from interactions.errors import Invalid

M = TypeVar("M", bound=BaseModel)
Loc = tuple[str | int, ...]
MOST_BYTES = 1_000_000
# Pydantic's words for the shapes that occur in these files; others are told in general.
_SHAPES = {
    "missing": "缺少该字段",
    "extra_forbidden": "没有这个字段",
    "string_type": "应为文字",
    "list_type": "应为列表",
    "dict_type": "应为对照表",
    "model_type": "应为对照表",
    "date_from_datetime_parsing": "应为日期，如 2026-12-01",
    "date_type": "应为日期，如 2026-12-01",
    "date_parsing": "应为日期，如 2026-12-01",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "enum": "不在允许的取值中",
    "literal_error": "不在允许的取值中",
    "too_short": "不得为空",
    "string_too_short": "不得为空",
}


class FileUnusable(Invalid):
    """A file has problems; `problems` holds one line for each, with file, line and field."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class Lined:
    """What a YAML file holds, and on which line each part of it stands."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        node = self._node(path)
        self.values = self._built(node)
        self._lines: dict[Loc, int] = dict(_lines(node, ()))

    def line(self, where: Loc) -> int:
        """The line of a part, else of the nearest part around it."""
        while where and where not in self._lines:
            where = where[:-1]
        return self._lines.get(where, 1)

    def told(self, where: Loc, what: str) -> str:
        """`roster.yaml:12: shifts.3.from: what`; lists count from 1, as people do."""
        named = ".".join(str(part + 1) if isinstance(part, int) else part for part in where)
        return f"{self.name}:{self.line(where)}: {named}：{what}" if named else f"{self.name}: {what}"

    def read(self, model: type[M]) -> M:
        """The values as `model`; raises `FileUnusable` with every problem."""
        try:
            return model.model_validate(self.values)
        except ValidationError as error:
            problems = [self.told(one["loc"], _shape(one)) for one in error.errors(include_url=False)]
            raise FileUnusable(problems) from None

    def _node(self, path: Path) -> yaml.Node:
        try:
            raw = path.read_bytes()
            if len(raw) > MOST_BYTES:
                raise FileUnusable([f"{path.name}: 文件过大，最多 {MOST_BYTES} 字节"])
            node = self._composed(raw.decode("utf-8"))
        except OSError:
            raise FileUnusable([f"{path}: 没有这个文件，或不能读取"]) from None
        except UnicodeDecodeError:
            raise FileUnusable([f"{path.name}: 应为 UTF-8 文字"]) from None
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = f":{mark.line + 1}" if mark else ""
            raise FileUnusable([f"{path.name}{line}: 不是有效的 YAML：{getattr(error, 'problem', '')}"]) from None
        if not isinstance(node, yaml.MappingNode):
            raise FileUnusable([f"{path.name}: 应为对照表"])
        return node

    def _composed(self, text: str) -> yaml.Node | None:
        # An alias may stand for a tree of aliases: a small file that never ends to be read.
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text, Loader=yaml.SafeLoader)):
            raise FileUnusable([f"{self.name}: 不支持 YAML 别名（*）"])
        return yaml.compose(text, Loader=yaml.SafeLoader)

    def _built(self, node: yaml.Node) -> Any:
        loader = yaml.SafeLoader("")
        try:
            return loader.construct_document(node)
        except (yaml.YAMLError, ValueError, TypeError) as error:
            mark = getattr(error, "problem_mark", None)
            line = f":{mark.line + 1}" if mark else ""
            raise FileUnusable([f"{self.name}{line}: 有不能识别的值（例如不存在的日期）"]) from None
        finally:
            loader.dispose()


def _lines(node: yaml.Node, where: Loc) -> Iterator[tuple[Loc, int]]:
    yield where, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _lines(value, (*where, str(key.value)))
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from _lines(value, (*where, number))


def _shape(error: Mapping[str, Any]) -> str:
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    return _SHAPES.get(error["type"], "格式不正确")
