"""All settings: `config.yaml`, overridden by the environment, checked as a whole before anything starts.

config.yaml ─┐
             ├─▶ merged ─▶ checked ─┬─▶ Settings (frozen)
environment ─┘                      └─▶ SettingsUnusable: every problem, one line each, path and shape
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from agents.settings import AgentsSettings
from bots.settings import BotSettings
from hotline.channels.web.settings import WebChatSettings
from hotline.problems import problem_lines
from interactions.errors import Invalid
from interactions.sealing import KEY_BYTES
from interactions.settings import GroundSettings
from routing.settings import RoutingSettings

PREFIX = "HOTLINE_"
# Plain names that others rely on (PROTOCOL.md, running).
PLAIN = {"DATABASE_URL": "database_url", "REDIS_URL": "redis_url", "PORT": "server.port", "HOTLINE_DATA": "data_folder"}
DEMO_PASSWORD = "hotline-demo"  # noqa: S105 - printed at start, refused in production


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class ServerSettings(_Frozen):
    """Where the service listens, and how many processes share the port."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    workers: int = Field(default=1, ge=1, le=64)


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

    @field_validator("matters")
    @classmethod
    def _sub_matters_have_a_matter(cls, matters: dict[str, str]) -> dict[str, str]:
        """`general` is where a matter nobody recognised goes (PROTOCOL, codes)."""
        wanted = {"general", *(code.partition(".")[0] for code in matters)}
        if missing := sorted(wanted - matters.keys()):
            raise ValueError(f"expected the matters {', '.join(missing)} too")
        return matters

    @field_validator("districts")
    @classmethod
    def _every_place_has_a_district(cls, districts: dict[str, str]) -> dict[str, str]:
        if missing := sorted({"other", "unknown"} - districts.keys()):
            raise ValueError(f"expected the districts {', '.join(missing)} too")
        return districts

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
        return bool(self.master_keys)

    @model_validator(mode="after")
    def _all_or_none(self) -> Self:
        """Half of them would silently be replaced by generated ones, and stored words lost with those."""
        keys = {**{f"master_keys.{name}": text for name, text in self.master_keys.items()}, "index_key": self.index_key}
        if not (self.master_keys or self.current_key or self.index_key):
            return self
        if self.current_key not in self.master_keys:
            raise ValueError("expected current_key to name one of master_keys")
        if wrong := [name for name, text in keys.items() if not _is_key(text)]:
            raise ValueError(f"expected base64 of {KEY_BYTES} bytes in {', '.join(wrong)}")
        return self


def _is_key(text: str) -> bool:
    try:
        return len(base64.b64decode(text, validate=True)) == KEY_BYTES
    except (binascii.Error, ValueError):
        return False


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

    @model_validator(mode="after")
    def _neighbours_are_matters_of_the_city(self) -> Self:
        """A name that is no matter would never be asked for: the neighbour would silently not serve."""
        known = {code for code in self.city.matters if "." not in code}
        neighbours = self.routing.relaxation.neighbours
        strange = {*neighbours, *(one for near in neighbours.values() for one in near)} - known
        if strange and "neighbours" in self.routing.relaxation.model_fields_set:
            raise ValueError(
                f"routing.relaxation.neighbours: expected matters of the city, got {', '.join(sorted(strange))}"
            )
        return self

    @field_validator("database_url")
    @classmethod
    def _libpq(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("postgresql://", "postgres://")):
            raise ValueError("expected a libpq URL, postgresql://…")
        return url

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("expected redis://…, rediss://… or unix://…")
        return url


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
    sources = {where: name for where, (name, _) in overrides.items()}
    problems = [*_unfit_for_production(values, path.name)]
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsUnusable([*problem_lines(error, path.name, sources, model=Settings), *problems]) from None
    if problems:
        raise SettingsUnusable(problems)
    return settings


class _Yaml(yaml.SafeLoader):
    """YAML in which a key stands once: of two, one would silently not count."""


def _mapping(loader: _Yaml, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = [key.value for key, _ in node.value]
    if twice := next((key for key in keys if keys.count(key) > 1), None):
        raise yaml.constructor.ConstructorError(problem=f"{twice} stands twice", problem_mark=node.start_mark)
    loader.flatten_mapping(node)
    return loader.construct_mapping(node, deep=True)


_Yaml.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def _read(path: Path) -> dict[str, Any]:
    try:
        values = yaml.load(path.read_text(encoding="utf-8"), Loader=_Yaml)  # noqa: S506 - a SafeLoader
    except FileNotFoundError:
        raise SettingsUnusable([f"{path.name}: no such file"]) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
        line = f" line {mark.line + 1}:" if mark else ""
        raise SettingsUnusable([f"{path.name}:{line} {problem or 'not UTF-8 text'}; expected YAML"]) from None
    if not isinstance(values, dict):
        raise SettingsUnusable([f"{path.name}: expected sections"])
    return values


def _overrides(environ: Mapping[str, str]) -> Iterator[tuple[str, tuple[str, Any]]]:
    """Path, and the variable's name with its value read as YAML."""
    for name, raw in sorted(environ.items()):
        if name in PLAIN and raw:
            yield PLAIN[name], (name, raw)
        elif name.startswith(PREFIX) and name not in PLAIN:
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


def _unfit_for_production(values: Mapping[str, Any], file: str) -> Iterator[str]:
    """Read before the values are checked, so that these problems are told together with all others."""
    if values.get("environment") != "production":
        return
    demo, secrets = values.get("demo") or {}, values.get("secrets")
    if not isinstance(demo, dict) or demo.get("enabled", True) is not False:
        yield f"{file}: demo.enabled: expected false, demo accounts are refused in production"
    if not secrets:
        yield f"{file}: secrets: missing; expected master_keys, current_key and index_key in production"
