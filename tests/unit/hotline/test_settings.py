"""Settings: everything is checked before anything starts, and every problem names its path and its shape."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotline.settings import Settings, SettingsUnusable, load

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
        ("HOTLINE_ROUTING__OFFER__CHAT_S", "-3", "greater than 0"),
        ("HOTLINE_ROUTING__OFFER__CHAT_S", "45s", "seconds"),
        ("HOTLINE_ROUTING__OFER", "1", "did you mean offer?"),
        ("HOTLINE_CITY__TIMEZONE", "Mars/Base", "IANA"),
        ("HOTLINE_BOTS__THRESHOLD", "7", "less than 1"),
        ("HOTLINE_ENVIRONMENT", "moon", "laptop"),
        ("PORT", "99999", "65535"),
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
        ("chat_s: 45", "chat_ms: 45", "config.yaml: routing.offer.chat_ms: unknown key; did you mean chat_s?"),
        ("chat_s: 45", "chat_s: 45s", "config.yaml: routing.offer.chat_s: "),
        ("timezone: Asia/Shanghai", "timezone: Tianjin", "config.yaml: city.timezone: expected an IANA time zone"),
        ("city:", "town:", "config.yaml: city: missing"),
        ("threshold: 0.7", "threshold: high", "config.yaml: bots.threshold: "),
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


def test_no_value_that_may_be_secret_is_shown() -> None:
    told = problems(HOTLINE_SECRETS__MASTER_KEYS="hunter2-hunter2", HOTLINE_DEMO__PASSWORD="short")

    assert "hunter2" not in "".join(told)
    assert "short'" not in "".join(told)
    assert "hunter2" not in repr(load(CONFIG, {"HOTLINE_DEMO__PASSWORD": "hunter2-hunter2"}))
