"""YAML read as it stands: nothing hidden behind an alias, no key said twice, none larger than it may be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from interactions.errors import Invalid

Model = TypeVar("Model", bound=BaseModel)
LARGEST_FILE = 4 * 1024 * 1024
DEEPEST = 20
_OPENING = (
    *(yaml.BlockMappingStartToken, yaml.BlockSequenceStartToken),
    *(yaml.FlowMappingStartToken, yaml.FlowSequenceStartToken),
)
_CLOSING = (yaml.BlockEndToken, yaml.FlowMappingEndToken, yaml.FlowSequenceEndToken)


def read_as(model: type[Model], path: Path, *, unusable: type[Invalid]) -> Model:
    """`path` in the form of `model`; raises `unusable` naming the file and the place."""
    try:
        return model.model_validate(read_yaml(path))
    except ValidationError as error:
        first = error.errors()[0]
        raise unusable(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    except OSError as error:
        raise unusable(f"{path}: {error.strerror or 'cannot be read'}") from error
    except ValueError as error:
        raise unusable(f"{path}: {error}") from error


def read_yaml(path: Path) -> Any:
    """What `path` holds; raises `OSError` or `ValueError` whose words name the line and never the content."""
    if path.stat().st_size > LARGEST_FILE:
        raise ValueError(f"larger than {LARGEST_FILE} bytes")
    try:
        root = _composed(path.read_text(encoding="utf-8"))
        for key in _repeated(root):
            told = f"the key {key.value!r} stands twice, only one would count"
            raise yaml.MarkedYAMLError(problem=told, problem_mark=key.start_mark)
        return None if root is None else yaml.constructor.SafeConstructor().construct_document(root)
    except yaml.YAMLError as error:
        raise ValueError(_told(error)) from error


def _composed(text: str) -> yaml.Node | None:
    depth = 0
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        depth += isinstance(token, _OPENING) - isinstance(token, _CLOSING)
        if depth > DEEPEST:
            # Told while reading: the time a reader takes grows with the square of the depth.
            raise yaml.MarkedYAMLError(problem="nested too deeply", problem_mark=token.start_mark)
        if isinstance(token, yaml.AliasToken):
            # A few of them can stand for more than memory holds.
            raise yaml.MarkedYAMLError(problem="aliases are not used here", problem_mark=token.start_mark)
    root: yaml.Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    return root


def _repeated(node: yaml.Node | None) -> Iterator[yaml.ScalarNode]:
    """Every key that its mapping already has."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    yield key
                seen.add(key.value)
            yield from _repeated(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _repeated(item)


def _told(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return "not YAML" if mark is None else f"line {mark.line + 1}: {getattr(error, 'problem', None) or 'not YAML'}"
