"""Suggestions held against questions somebody else has sorted: how often the right matter is among the first three."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from bots.evaluation import Question
from bots.intervals import Share
from bots.labels import Half, half_of, key_of
from bots.suggestion import Suggester, Suggestion

# The topics of the public test set our matters were named after. 刑事辩护, 行政诉讼 and 综合咨询 are called otherwise
# here, for residents are victims, too, and a penalty is not yet a lawsuit.
TOPICS: Mapping[str, str] = MappingProxyType(
    {
        **{"婚姻家庭": "family", "劳动纠纷": "labour", "交通事故": "traffic", "债权债务": "debt"},
        **{"刑事辩护": "criminal", "合同纠纷": "contract", "房产纠纷": "housing", "侵权": "tort"},
        **{"公司法": "company", "医疗纠纷": "medical", "拆迁安置": "demolition", "行政诉讼": "administrative"},
        **{"建设工程": "construction", "知识产权": "ip", "综合咨询": "general", "人身损害": "injury"},
        **{"涉外法律": "foreign", "海事海商": "maritime", "消费权益": "consumer", "抵押担保": "guarantee"},
    }
)


@dataclass(frozen=True, slots=True)
class Sorted:
    """A question of a known matter and what was suggested; `half` as of labels: the parameters saw only one of them."""

    matter: str
    suggested: tuple[Suggestion, ...]
    half: Half

    def among(self, first: int) -> bool:
        """Whether the right one is among the `first`."""
        return self.matter in [one.matter for one in self.suggested[:first]]

    @property
    def confidence(self) -> float:
        """How sure it was of the first; 0 where it said nothing."""
        return self.suggested[0].confidence if self.suggested else 0.0


def sort(suggester: Suggester, questions: Sequence[Question]) -> list[Sorted]:
    """What is suggested for each of `questions` whose topic is one of ours."""
    return [
        Sorted(TOPICS[one.topic], suggester.suggest(one.text), half_of(key_of(one.text)))
        for one in questions
        if one.topic is not None and one.topic in TOPICS
    ]


def among(done: Sequence[Sorted], *, first: int, at_least: float = 0.0) -> Share:
    """Of those it was so sure of, the share whose matter is among the `first`."""
    sure = [one for one in done if one.confidence >= at_least]
    return Share(sum(one.among(first) for one in sure), len(sure))


def sure_of(done: Sequence[Sorted], *, at_least: float) -> Share:
    """The share it was so sure of."""
    return Share(sum(one.confidence >= at_least for one in done), len(done))
