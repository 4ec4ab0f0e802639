"""Settings: everything is checked before anything starts, and every problem names its path and its shape."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from hotline.secrets import key_ring
from hotline.settings import SecretSettings, Settings, SettingsUnusable, load

CONFIG = Path(__file__).resolve().parent.parent.parent.parent / "config.yaml"


def problems(**environ: str) -> tuple[str, ...]:
    """What is wrong with the repository's settings under these variables."""
    with pytest.raises(SettingsUnusable) as refused:
        load(CONFIG, environ)
    return refused.value.problems


def test_the_settings_in_the_repository_load() -> None:
    assert isinstance(load(CONFIG, {}), Settings)


def test_a_variable_overrides_by_its_path() -> None:
    assert load(CONFIG, {"HOTLINE_ROUTING__OFFER__CHAT_S": "30"}).routing.offer.chat_s == 30.0


def test_plain_names_are_understood() -> None:
    settings = load(CONFIG, {"PORT": "9000", "DATABASE_URL": "postgresql://x/y", "HOTLINE_DATA": "/srv/hotline"})

    assert (settings.server.port, settings.database_url) == (9000, "postgresql://x/y")
    assert settings.data_folder == Path("/srv/hotline")


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("HOTLINE_ROUTING__OFFER__CHAT_S", "-3", ": expected seconds > 0, got -3"),
        ("HOTLINE_ROUTING__OFFER__CHAT_S", "45s", ": expected a number of seconds"),
        ("HOTLINE_ROUTING__OFER", "1", "did you mean routing.offer?"),
        ("HOTLINE_ROUTING__OFER__CHAT_S", "30", "did you mean routing.offer?"),
        ("HOTLINE_CHANELS", "{}", "did you mean channels?"),
        ("HOTLINE_ROUTING__OFFER", "{voice_s: 10, chat_s: [1]}", "expected a number of seconds"),
        ("HOTLINE_ROUTING__OFFER", "45", "valid dictionary"),
        ("HOTLINE_CHANNELS__WEB_CHAT__ALLOWED_ORIGINS", "https://one", "valid tuple"),
        ("HOTLINE_AGENTS__PRESENCE__LEASE_S", "3", "at least twice renew_s"),
        ("HOTLINE_CITY__MATTERS", "{general: 综合, labour.wages: 欠薪}", "the matters labour too"),
        ("HOTLINE_CITY__DISTRICTS", "{'120101': 和平区, other: 市外}", "the districts unknown too"),
        ("HOTLINE_SECRETS__INDEX_KEY", "c2hvcnQ=", "current_key"),
        ("DATABASE_URL", "mysql://somewhere", "postgresql://"),
        ("REDIS_URL", "localhost:6379", "redis://"),
        ("HOTLINE_CITY__TIMEZONE", "Mars/Base", "IANA"),
        ("HOTLINE_BOTS__THRESHOLD", "7", ": expected a number < 1, got 7"),
        ("HOTLINE_ENVIRONMENT", "moon", "laptop"),
        ("PORT", "99999", ": expected a number ≤ 65535"),
    ],
)
def test_a_problem_names_the_variable_and_the_shape(variable: str, value: str, told: str) -> None:
    (problem,) = problems(**{variable: value})

    assert variable in problem
    assert told in problem


def test_a_problem_in_the_file_names_its_path(tmp_path: Path) -> None:
    broken = tmp_path / "config.yaml"
    broken.write_text(CONFIG.read_text().replace("chat_s: 45", "chat_s: -45"))

    with pytest.raises(SettingsUnusable) as refused:
        load(broken, {})

    assert refused.value.problems[0].startswith("config.yaml: routing.offer.chat_s: ")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "chat_s: 45",
            "chat_ms: 45",
            "config.yaml: routing.offer.chat_ms: unknown key; did you mean routing.offer.chat_s?",
        ),
        ("chat_s: 45", "chat_s: 45s", "config.yaml: routing.offer.chat_s: "),
        ("timezone: Asia/Shanghai", "timezone: Tianjin", "config.yaml: city.timezone: expected an IANA time zone"),
        ("city:", "town:", "config.yaml: city: missing"),
        ("[demolition]", "[demolitoin]", "config.yaml: routing.relaxation.neighbours: expected matters of the city"),
        ("threshold: 0.82", "threshold: high", "config.yaml: bots.threshold: "),
    ],
)
def test_each_kind_of_problem_in_the_file_names_its_path(tmp_path: Path, old: str, new: str, told: str) -> None:
    broken = tmp_path / "config.yaml"
    text = CONFIG.read_text(encoding="utf-8")
    assert old in text
    broken.write_text(text.replace(f"\n{old}" if old == "city:" else old, f"\n{new}" if old == "city:" else new))

    with pytest.raises(SettingsUnusable) as refused:
        load(broken, {})

    assert any(problem.startswith(told) for problem in refused.value.problems), refused.value.problems


def test_all_problems_are_told_at_once() -> None:
    assert len(problems(PORT="-1", HOTLINE_BOTS__THRESHOLD="2", HOTLINE_NONSENSE="1")) == 3


def test_a_missing_section_is_told(tmp_path: Path) -> None:
    bare = tmp_path / "config.yaml"
    bare.write_text("environment: laptop\n")

    with pytest.raises(SettingsUnusable, match=r"^config\.yaml: city: missing$"):
        load(bare, {})


def test_a_key_that_stands_twice_is_told(tmp_path: Path) -> None:
    twice = tmp_path / "config.yaml"
    twice.write_text(CONFIG.read_text() + "\nbots: {threshold: 0.1}\n")

    with pytest.raises(SettingsUnusable, match=r"^config\.yaml: line \d+: bots stands twice"):
        load(twice, {})


def test_an_empty_plain_name_counts_as_not_given() -> None:
    settings = load(CONFIG, {"PORT": "", "DATABASE_URL": "", "REDIS_URL": "", "HOTLINE_DATA": ""})

    assert (settings.server.port, settings.database_url, settings.data_folder) == (8080, None, Path("var"))


def test_the_file_in_the_repository_shows_every_setting_with_its_default() -> None:
    written = load(CONFIG, {})
    bare = Settings(city=written.city)

    assert written == bare
    assert _unwritten(Settings, yaml.safe_load(CONFIG.read_text())) == ["database_url", "redis_url", "secrets"]


def _unwritten(model: type[BaseModel], values: dict[str, Any], path: str = "") -> list[str]:
    """Paths of settings that the file does not mention."""
    found = []
    for name, field in model.model_fields.items():
        if name not in values:
            found.append(f"{path}{name}")
        elif isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            found += _unwritten(field.annotation, values[name], f"{path}{name}.")
    return found


def test_a_missing_file_and_broken_yaml_are_told(tmp_path: Path) -> None:
    broken = tmp_path / "config.yaml"
    broken.write_text("a: [1\nb: 2")

    for path, told in ((tmp_path / "none.yaml", "no such file"), (broken, "line")):
        with pytest.raises(SettingsUnusable, match=told):
            load(path, {})


def test_production_refuses_demo_accounts_and_missing_secrets() -> None:
    told = "\n".join(problems(HOTLINE_ENVIRONMENT="production"))

    assert "demo.enabled" in told
    assert "secrets" in told


def test_production_problems_are_told_together_with_all_others() -> None:
    assert len(problems(HOTLINE_ENVIRONMENT="production", PORT="-1", HOTLINE_NONSENSE="1")) == 4


def test_production_starts_with_secrets_and_without_demo_accounts() -> None:
    key = base64.b64encode(bytes(32)).decode()
    given = {
        "HOTLINE_ENVIRONMENT": "production",
        "HOTLINE_DEMO__ENABLED": "false",
        "HOTLINE_SECRETS__MASTER_KEYS": f"{{m2026: {key}}}",
        "HOTLINE_SECRETS__CURRENT_KEY": "m2026",
        "HOTLINE_SECRETS__INDEX_KEY": key,
    }

    settings = load(CONFIG, given)

    assert settings.secrets.given
    assert key not in repr(settings)


@pytest.mark.parametrize(
    ("secrets", "told"),
    [
        ("{master_keys: {k1: hunter2}, current_key: k1, index_key: hunter2}", "32 bytes in master_keys.k1, index_key"),
        ("{master_keys: {k1: hunter2}, current_key: k2, index_key: hunter2}", "one of master_keys"),
        ("{index_key: hunter2}", "one of master_keys"),
    ],
)
def test_unusable_secrets_are_named_and_never_shown(secrets: str, told: str) -> None:
    (problem,) = problems(HOTLINE_SECRETS=secrets)

    assert told in problem
    assert "hunter2" not in problem


def test_a_laptop_makes_its_keys_once_and_only_its_owner_reads_them(tmp_path: Path) -> None:
    first = key_ring(SecretSettings(), data_folder=tmp_path / "var")
    second = key_ring(SecretSettings(), data_folder=tmp_path / "var")

    assert (first.masters, first.index_key) == (second.masters, second.index_key)
    assert (tmp_path / "var" / "secrets.yaml").stat().st_mode & 0o777 == 0o600
    assert len({*first.masters.values(), first.index_key}) == 2


@pytest.mark.parametrize("kept", ["", "{index_key: hunter2}", "[hunter2", "master_keys: {k1: hunter2}"])
def test_a_damaged_secrets_file_stops_the_start_and_is_not_replaced(tmp_path: Path, kept: str) -> None:
    file = tmp_path / "secrets.yaml"
    file.write_text(kept)

    with pytest.raises(SettingsUnusable) as refused:
        key_ring(SecretSettings(), data_folder=tmp_path)

    assert "secrets.yaml" in str(refused.value)
    assert "hunter2" not in str(refused.value)
    assert file.read_text() == kept


def test_no_value_that_may_be_secret_is_shown() -> None:
    told = problems(HOTLINE_SECRETS__MASTER_KEYS="hunter2-hunter2", HOTLINE_DEMO__PASSWORD="short")

    assert "hunter2" not in "".join(told)
    assert "short'" not in "".join(told)
    assert "hunter2" not in repr(load(CONFIG, {"HOTLINE_DEMO__PASSWORD": "hunter2-hunter2"}))
