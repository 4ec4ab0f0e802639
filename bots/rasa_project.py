"""What Rasa is trained from: configuration, domain, rules and questions, made of the same content as everything else.

bots/faq/*.yaml ──────────▶ faq/<entry>: its wordings, its answer ─┐
bots/calibration.yaml ────▶ out_of_scope ──────────────────────────┼─▶ config.yml · domain.yml · data/*.yml
bots/synonyms.yaml ───────▶ what a question means, behind it ──────┘

One retrieval intent `faq` for all entries: the intent tells whether the content is meant at all, the response selector
which entry. Choices and figures: docs/decisions/0025-rasa.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from bots.faq import Entry
from bots.normal import bare
from bots.synonyms import meant

FAQ, OUT_OF_SCOPE = "faq", "out_of_scope"
# Where the model tells of itself (bots/rasa_model.py).
SELF = "utter_about_this_model"
NOT_SURE = "这个问题我没有把握，输入“转人工”可以找律师。"
VERSION = "3.1"
# Characters and pairs of them across the whole question, for Chinese has no spaces; of whole words only those that come
# up twice: what the question means, never the question itself.
PIPELINE: tuple[Mapping[str, Any], ...] = (
    {"name": "WhitespaceTokenizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 2},
    {"name": "CountVectorsFeaturizer", "min_df": 2},
    {"name": "LogisticRegressionClassifier", "max_iter": 200},
    {
        "name": "ResponseSelector",
        "retrieval_intent": FAQ,
        "epochs": 25,
        "batch_size": [64, 256],
        "random_seed": 7,
        "constrain_similarities": True,
        "embedding_dimension": 64,
        "dense_dimension": {"text": 128, "label": 20},
        "concat_dimension": {"text": 128, "label": 20},
        "hidden_layers_sizes": {"text": [], "label": []},
    },
)


@dataclass(frozen=True, slots=True)
class Taught:
    """What one model is taught: of each entry its wordings, and what nothing answers."""

    entries: Sequence[Entry]
    wordings: Sequence[Sequence[str]]
    unanswerable: Sequence[str]
    about: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def everything(cls, entries: Sequence[Entry], unanswerable: Sequence[str], about: Mapping[str, Any]) -> Taught:
        """All there is."""
        return cls(entries, [entry.questions for entry in entries], unanswerable, about)


def project(taught: Taught) -> dict[str, str]:
    """Path and text of every file of the Rasa project."""
    files = {
        "config.yml": _config(),
        "domain.yml": _domain(taught),
        "data/nlu.yml": _questions(taught),
        "data/rules.yml": _rules(),
    }
    return {path: _yaml(content) for path, content in files.items()}


def key_of(entry_id: str) -> str:
    """The response key of an entry."""
    return f"{FAQ}/{entry_id}"


def as_asked(text: str) -> str:
    """`text` as Rasa learns it and is asked it: without punctuation, which is markup to it, and with what it means.

    Empty where nothing is left. 薪水 and 工钱 meet in the name of their group, which stands behind the question.
    """
    said = bare(text)
    return " ".join([said, *sorted(meant(said))]) if said else ""


def entry_of(key: str) -> str:
    """The entry a response key stands for."""
    return key.removeprefix(f"{FAQ}/")


def _config() -> dict[str, Any]:
    return {
        "recipe": "default.v1",
        "assistant_id": "hotline",
        # Rasa offers the tokenizer that splits nothing but at spaces for no Chinese; here that is what is wanted.
        "language": "en",
        "pipeline": [dict(step) for step in PIPELINE],
        "policies": [{"name": "RulePolicy"}],
    }


def _domain(taught: Taught) -> dict[str, Any]:
    answers = {f"utter_{key_of(entry.id)}": [{"text": entry.answer}] for entry in taught.entries}
    return {
        "version": VERSION,
        "intents": [FAQ, OUT_OF_SCOPE],
        "responses": {
            **answers,
            f"utter_{OUT_OF_SCOPE}": [{"text": NOT_SURE}],
            SELF: [{"custom": dict(taught.about)}],
        },
        "session_config": {"session_expiration_time": 60, "carry_over_slots_to_new_session": False},
    }


def _questions(taught: Taught) -> dict[str, Any]:
    intents = [
        *(
            {"intent": key_of(entry.id), "examples": _examples(wordings)}
            for entry, wordings in zip(taught.entries, taught.wordings, strict=True)
        ),
        {"intent": OUT_OF_SCOPE, "examples": _examples(taught.unanswerable)},
    ]
    return {"version": VERSION, "nlu": intents}


def _rules() -> dict[str, Any]:
    rules = [
        {"rule": "answer what the content covers", "steps": [{"intent": FAQ}, {"action": f"utter_{FAQ}"}]},
        {"rule": "say so where nothing does", "steps": [{"intent": OUT_OF_SCOPE}, {"action": f"utter_{OUT_OF_SCOPE}"}]},
    ]
    return {"version": VERSION, "rules": rules}


def _examples(texts: Iterable[str]) -> str:
    said = dict.fromkeys(as_asked(text) for text in texts)
    return "".join(f"- {text}\n" for text in said if text)


class _Dumper(yaml.SafeDumper):
    """Texts of several lines as blocks, so that people can read the files."""


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def _yaml(content: Mapping[str, Any]) -> str:
    return yaml.dump(dict(content), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=120)
