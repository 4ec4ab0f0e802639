"""All settings: `config.yaml`, overridden by the environment, checked as a whole before anything starts.

config.yaml ─┐
             ├─▶ merged ─▶ checked ─┬─▶ Settings (frozen)
environment ─┘                      └─▶ SettingsUnusable: every problem, one line each, path and shape
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from agents.settings import AgentsSettings
from bots.settings import BotSettings
from hotline.channels.web.settings import WebChatSettings
from interactions.errors import Invalid
from interactions.settings import GroundSettings
from routing.settings import RoutingSettings

PREFIX = "HOTLINE_"
# Plain names that others rely on (PROTOCOL.md, running).
PLAIN = {"DATABASE_URL": "database_url", "REDIS_URL": "redis_url", "PORT": "server.port", "HOTLINE_DATA": "data_folder"}
DEMO_PASSWORD = "hotline-demo"  # noqa: S105 - printed at start, refused in production


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ServerSettings(_Frozen):
    """Where the service listens."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)


class DemoSettings(_Frozen):
    """The demo roster."""

    enabled: bool = True
    password: str = Field(default=DEMO_PASSWORD, min_length=8, repr=False)


class CitySettings(_Frozen):
    """The city's profile: its clock and its code lists, code to label."""

    timezone: str = "Asia/Shanghai"
    channels: dict[str, str]
    matters: dict[str, str]
    districts: dict[str, str]
    request_kinds: dict[str, str]
    caller_groups: dict[str, str]

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError("expected an IANA time zone such as Asia/Shanghai") from None
        return name


class ChannelSettings(_Frozen):
    """One section a channel."""

    web_chat: WebChatSettings = WebChatSettings()


class SecretSettings(_Frozen):
    """Master keys by id (base64 of 32 bytes), the one that wraps new keys, and the key of blind indexes."""

    master_keys: dict[str, str] = Field(default_factory=dict, repr=False)
    current_key: str = ""
    index_key: str = Field(default="", repr=False)

    @property
    def given(self) -> bool:
        """Whether the operator supplied them; a laptop makes its own."""
        return bool(self.master_keys and self.current_key and self.index_key)


class Settings(_Frozen):
    """Everything that can be set."""

    environment: Literal["laptop", "production"] = "laptop"
    data_folder: Path = Path("var")
    database_url: str | None = Field(default=None, repr=False)
    redis_url: str | None = Field(default=None, repr=False)
    server: ServerSettings = ServerSettings()
    demo: DemoSettings = DemoSettings()
    interactions: GroundSettings = GroundSettings()
    routing: RoutingSettings = RoutingSettings()
    bots: BotSettings = BotSettings()
    agents: AgentsSettings = AgentsSettings()
    channels: ChannelSettings = ChannelSettings()
    secrets: SecretSettings = SecretSettings()
    city: CitySettings


class SettingsUnusable(Invalid):
    """The settings have problems; `problems` holds one line for each."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def load(path: Path, environ: Mapping[str, str]) -> Settings:
    """The settings in `path` with overrides from `environ`; raises `SettingsUnusable` with every problem."""
    values = _read(path)
    overrides = dict(_overrides(environ))
    for where, (_, value) in overrides.items():
        _put(values, where.split("."), value)
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        sources = {where: name for where, (name, _) in overrides.items()}
        raise SettingsUnusable([_line(one, path.name, sources) for one in error.errors()]) from None
    _require_fit_for_production(settings, path.name)
    return settings


def _read(path: Path) -> dict[str, Any]:
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsUnusable([f"{path.name}: no such file"]) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise SettingsUnusable([f"{path.name}: line {mark.line + 1 if mark else '?'}: not YAML"]) from None
    if not isinstance(values, dict):
        raise SettingsUnusable([f"{path.name}: expected sections"])
    return values


def _overrides(environ: Mapping[str, str]) -> Iterator[tuple[str, tuple[str, Any]]]:
    """Path, and the variable's name with its value read as YAML."""
    for name, raw in sorted(environ.items()):
        if name in PLAIN:
            yield PLAIN[name], (name, raw)
        elif name.startswith(PREFIX):
            where = name.removeprefix(PREFIX).lower().replace("__", ".")
            yield where, (name, _value(raw))


def _value(raw: str) -> Any:
    try:
        return yaml.safe_load(raw)
    except yaml.YAMLError:
        return raw


def _put(values: dict[str, Any], where: Sequence[str], value: Any) -> None:
    *sections, last = where
    for section in sections:
        inner = values.setdefault(section, {})
        if not isinstance(inner, dict):
            inner = values[section] = {}
        values = inner
    values[last] = value


def _line(error: Any, file: str, sources: Mapping[str, str]) -> str:
    """`config.yaml: routing.offer.chat_s: expected …`; an override is named by its variable."""
    where = ".".join(str(part) for part in error["loc"])
    source = f"environment {sources[where]}" if where in sources else f"{file}: {where}"
    return f"{source}: {_told(error)}"


def _told(error: Any) -> str:
    """What was expected. A value is shown only where it is a number: anything else may be a secret."""
    if error["type"] == "extra_forbidden":
        return f"unknown key{_did_you_mean(error['loc'])}"
    if error["type"] == "missing":
        return "missing"
    expected = str(error["msg"]).replace("Input should be", "expected").replace("Value error, ", "")
    unit = " seconds" if str(error["loc"][-1]).endswith("_s") else ""
    shown = f", got {error['input']!r}" if isinstance(error["input"], int | float) else ""
    return f"{expected}{unit and ' (seconds, a plain number)'}{shown}"


def _did_you_mean(location: Sequence[Any]) -> str:
    model: Any = Settings
    for part in location[:-1]:
        field = model.model_fields.get(str(part)) if hasattr(model, "model_fields") else None
        model = field.annotation if field else None
    names = list(model.model_fields) if hasattr(model, "model_fields") else []
    near = difflib.get_close_matches(str(location[-1]), names, n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _require_fit_for_production(settings: Settings, file: str) -> None:
    if settings.environment != "production":
        return
    problems = []
    if settings.demo.enabled:
        problems.append(f"{file}: demo.enabled: demo accounts are refused in production")
    if not settings.secrets.given:
        problems.append(f"{file}: secrets: missing; expected master_keys, current_key and index_key in production")
    if problems:
        raise SettingsUnusable(problems)
