"""What a resident reads: the answer with its legal basis, or honest uncertainty with a way on."""

from __future__ import annotations

from bots.ports import Answer, Unsure

GENERAL_NOTE = "以上为一般性法律信息，不代替律师意见。"
DRAFT_NOTE = "（本条内容待律师审核）"
LAWYER_OFFER = "需要人工解答，请输入“转人工”。"


def answer_text(answer: Answer) -> str:
    """The answer, what to do next, when to see a lawyer, the legal basis, and what kind of information this is."""
    basis = "；".join(f"《{one.law}》{one.article}" for one in answer.basis)
    note = GENERAL_NOTE + (DRAFT_NOTE if answer.draft else "") + LAWYER_OFFER
    lines = [
        answer.text,
        f"下一步：{answer.next_steps}",
        f"请尽快找律师：{answer.see_lawyer}",
        f"法律依据：{basis}",
        note,
    ]
    return "\n".join(lines)


def unsure_text(unsure: Unsure) -> str:
    """Says that it is not sure, offers the nearest questions and a lawyer."""
    if not unsure.nearest:
        return "这个问题我没有把握，不能随便回答您。请输入“转人工”，由值班律师为您解答；也可以把情况说得再具体一些。"
    questions = "\n".join(f"· {question}" for question in unsure.nearest)
    return (
        f"这个问题我没有十足把握。您想问的是不是：\n{questions}\n如果都不是，请换个说法，或输入“转人工”由值班律师解答。"
    )
