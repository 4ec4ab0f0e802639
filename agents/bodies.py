"""The JSON body of a request as a form: bounded in bytes and time, refused with the field's name."""

from __future__ import annotations

import asyncio
from typing import TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError

from agents.parsing import parse_object, refusal
from interactions.errors import BadFrame, Invalid, TooLarge

M = TypeVar("M", bound=BaseModel)
MAX_BODY = 4_096
BODY_S = 10.0


async def read_form(request: web.Request, model: type[M]) -> M:
    """The body as `model`; raises `Invalid` or `TooLarge`."""
    if (request.content_length or 0) > MAX_BODY:
        raise TooLarge(f"body：最多 {MAX_BODY} 字节")
    try:
        async with asyncio.timeout(BODY_S):
            body = await request.read()
    except TimeoutError:
        raise Invalid(f"body：{BODY_S:g} 秒内没有收完") from None
    if len(body) > MAX_BODY:
        raise TooLarge(f"body：最多 {MAX_BODY} 字节")
    try:
        return model.model_validate(parse_object(body))
    except BadFrame as error:
        raise Invalid(f"body：{error}") from None
    except ValidationError as error:
        raise refusal(error) from None
