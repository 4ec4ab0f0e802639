"""The keys that seal words: the operator's, or on a laptop keys made once and kept in the data folder (0600)."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import yaml
from pydantic import ValidationError

from hotline.problems import problem_lines
from hotline.settings import SecretSettings, SettingsUnusable
from interactions.sealing import KEY_BYTES, KeyRing

FILE = "secrets.yaml"


def key_ring(settings: SecretSettings, *, data_folder: Path) -> KeyRing:
    """The ring of the given secrets, else of those in the data folder, made on first use.

    Raises `SettingsUnusable` naming the secret, never showing it.
    """
    if settings.given:
        return _ring(settings)
    path = data_folder / FILE
    if not path.exists():
        _make(path)
    return _ring(_kept(path))


def _ring(settings: SecretSettings) -> KeyRing:
    masters = {name: base64.b64decode(text) for name, text in settings.master_keys.items()}
    return KeyRing(masters, settings.current_key, base64.b64decode(settings.index_key))


def _kept(path: Path) -> SecretSettings:
    try:
        kept = SecretSettings.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise SettingsUnusable(problem_lines(error, str(path), model=SecretSettings)) from None
    except yaml.YAMLError:
        raise SettingsUnusable([f"{path}: expected YAML"]) from None
    if not kept.given:
        raise SettingsUnusable([f"{path}: expected master_keys, current_key and index_key"])
    return kept


def _make(path: Path) -> None:
    """Written aside and renamed: a half-written file would lock everybody out of what it sealed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = {"master_keys": {"k1": _fresh()}, "current_key": "k1", "index_key": _fresh()}
    aside = path.with_suffix(".new")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write("# Keys of this data folder. Without them no stored word opens. Back up apart from the data.\n")
        yaml.safe_dump(made, file)
        file.flush()
        os.fsync(file.fileno())
    aside.rename(path)


def _fresh() -> str:
    return base64.b64encode(os.urandom(KEY_BYTES)).decode()
