"""From bytes to values: JSON objects, clean text, and refusals that name the field and never repeat what was sent."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, TypeVar

import orjson
from pydantic import AfterValidator, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from agents.errors import TextTooLong
from interactions.errors import BadFrame, HotlineError, Invalid
from interactions.record import MAX_CLIENT_ID

T = TypeVar("T")
ID = re.compile(r"[0-9a-fA-F-]{32,36}")


def no_control_characters(text: str) -> str:
    """`text`, where it holds no control character but newline and tab, and no half of a surrogate pair."""
    if any(unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t" for char in text):
        raise PydanticCustomError("control_characters", "control characters")
    return text


def not_blank(text: str) -> str:
    """`text`, where it holds more than white space."""
    if not text.strip():
        raise PydanticCustomError("blank", "blank")
    return text


Clean = AfterValidator(no_control_characters)
NotBlank = AfterValidator(not_blank)

_SHAPES = {
    "missing": "缺少该字段",
    "string_type": "应为字符串",
    "string_too_short": "不得为空",
    "too_long": "项数过多",
    "uuid_parsing": "应为 UUID",
    "uuid_type": "应为 UUID",
    "literal_error": "不在允许的取值中",
    "bool_type": "应为 true 或 false",
    "control_characters": "不得含有控制字符",
    "blank": "不得为空",
    "one_target": "应在 matter 与 seat 中恰选其一",
    "model_type": "应为 JSON 对象",
}


def parse_object(raw: str | bytes) -> dict[str, Any]:
    """The JSON object in `raw`, text or a body's UTF-8 bytes; raises `BadFrame`."""
    try:
        value = orjson.loads(raw)
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        raise BadFrame("不是有效的 JSON") from None
    if not isinstance(value, dict):
        raise BadFrame("应为 JSON 对象")
    return value


def parse_typed(raw: str | bytes, frames: TypeAdapter[T]) -> T:
    """The one of `frames` (told apart by `type`) in `raw`; raises `BadFrame`, `Invalid` or `TextTooLong`."""
    if isinstance(raw, bytes):
        raise BadFrame("应为文本帧")
    try:
        return frames.validate_python(parse_object(raw))
    except ValidationError as error:
        raise refusal(error, skip=1) from None


def echo_of(raw: str | bytes) -> dict[str, str]:
    """What an error repeats of a refused frame: its `client_id` and the ids it was about, where they are such."""
    try:
        frame = {} if isinstance(raw, bytes) else parse_object(raw)
    except BadFrame:
        return {}
    found = {name: frame.get(name) for name in ("client_id", "interaction_id", "offer_id")}
    return {name: value for name, value in found.items() if isinstance(value, str) and _is_echoed(name, value)}


def _is_echoed(name: str, value: str) -> bool:
    if name == "client_id":
        return 0 < len(value) <= MAX_CLIENT_ID and value.isprintable()
    return ID.fullmatch(value) is not None


def refusal(error: ValidationError, *, under: str | None = None, skip: int = 0) -> HotlineError:
    """The first complaint, by field and rule. What was sent is not repeated: it may be somebody's words.

    `under` names the field where its parts come from outside; `skip` leaves out that many leading parts.
    """
    first = error.errors(include_url=False, include_input=False)[0]
    if first["type"].startswith("union_tag"):
        return BadFrame("type：未知的帧类型")
    field = under or ".".join(str(part) for part in first["loc"][skip:]) or "frame"
    if first["type"] == "string_too_long":
        return TextTooLong(f"{field}：最多 {first['ctx']['max_length']} 个字符")
    return Invalid(f"{field}：{_SHAPES.get(first['type'], '格式不正确')}")
