"""Whether a lawyer may serve: a practising certificate that is valid, and a training that is not too long ago. Pure."""

from __future__ import annotations

from datetime import date, timedelta

from pydantic import BaseModel, ConfigDict, PositiveInt

from agents.errors import NotLicensed


class LicenceSettings(BaseModel):
    """`training_days`: how old the latest training may be.

    The founding opinion (Tianjin, 2015) asks for the training of staff and names no interval; a year is ours, to be set
    to the city's own rule.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    training_days: PositiveInt = 365


def valid_until(licence_until: date | None, trained_on: date | None, settings: LicenceSettings) -> date | None:
    """The last day on which somebody with these dates may serve; None where one of them is missing."""
    if licence_until is None or trained_on is None:
        return None
    return min(licence_until, trained_on + timedelta(days=settings.training_days))


def require_valid(
    licence_until: date | None, trained_on: date | None, *, today: date, settings: LicenceSettings
) -> None:
    """Raises `NotLicensed` saying what is missing or over, and what to do."""
    if licence_until is None:
        raise NotLicensed("您的账号没有登记执业证有效期，不能签入坐席。请联系管理员登记后再签入")
    if licence_until < today:
        raise NotLicensed(f"您的执业证有效期至 {licence_until}，已过期，不能签入坐席。请把更新后的有效期交管理员登记")
    if trained_on is None:
        raise NotLicensed("您的账号没有登记培训日期，不能签入坐席。请参加热线培训，由管理员登记日期后再签入")
    if trained_on + timedelta(days=settings.training_days) < today:
        raise NotLicensed(
            f"您最近一次培训是 {trained_on}，已超过 {settings.training_days} 天，不能签入坐席。"
            "请参加培训，由管理员登记日期后再签入"
        )
