"""The words a log is shown with: kinds, states, fields and codes as a supervisor calls them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agents.codes import OUTCOMES
from agents.declining import DECLINE_REASONS

BY = {"resident": "居民", "bot": "智能助手", "lawyer": "律师", "supervisor": "班长", "system": "系统"}
STATES = {
    "with_bot": "智能解答中",
    "waiting": "排队中",
    "offered": "待接入",
    "with_lawyer": "律师服务中",
    "wrap_up": "话后整理",
    "callback_due": "预约回电",
    "closed": "已办结",
    "abandoned": "未接通",
}
URGENCY = {0: "危险", 1: "期限临近", 2: "需照顾", 3: "一般"}
KINDS = {
    "interaction.opened": "受理",
    "turn.said": "说",
    "note.written": "备注",
    "interaction.flagged": "提示",
    "interaction.queued": "排队",
    "interaction.offered": "派单",
    "interaction.offer_ended": "未接",
    "interaction.accepted": "接听",
    "interaction.released": "结束通话",
    "interaction.resumed": "继续",
    "interaction.returned": "退回排队",
    "interaction.classified": "分类登记",
    "interaction.closed": "办结",
    "interaction.abandoned": "未接通",
    "rating.asked": "请求评价",
    "rating.given": "评价",
    "interaction.erased": "删除内容",
}
FIELDS = {
    "number": "受理编号",
    "channel": "渠道",
    "language": "语言",
    "dangers": "危险",
    "minor": "未成年人",
    "urgency_from": "原紧急程度",
    "urgency_to": "紧急程度",
    "urgency": "紧急程度",
    "matter": "类别",
    "district": "地区",
    "place_district": "发生地",
    "street": "街道",
    "request_kind": "诉求",
    "kinds": "其他诉求",
    "caller_groups": "人群",
    "outcome": "结果",
    "aid_informed": "已告知法律援助",
    "summary": "小结",
    "other_party": "对方当事人",
    "reason": "原因",
    "how": "方式",
    "seat_id": "坐席",
    "expires_at": "保留至",
    "waited_s": "等候",
    "eligible": "可派坐席",
    "full": "已满坐席",
    "excluded": "排除",
    "chosen_for": "选中理由",
    "load": "在手服务",
    "most": "可同时",
    "idle_s": "空闲",
    "place": "位次",
    "score": "评分",
    "solved": "已解决",
    "comment": "意见",
}
# Codes of a field; lists of the city (matter, district, …) come from the settings.
CODES: Mapping[str, Mapping[Any, str]] = {
    "urgency": URGENCY,
    "urgency_from": URGENCY,
    "urgency_to": URGENCY,
    "minor": {True: "是", False: "否"},
    "solved": {True: "是", False: "否"},
    "aid_informed": {True: "是", False: "否"},
    "language": {"zh": "中文"},
    "outcome": OUTCOMES,
    "chosen_for": {
        "last_lawyer": "上次的律师",
        "specialist": "专长相符",
        "generalist": "综合坐席",
        "longest_idle": "空闲最久",
    },
    "reason": {
        "asked": "居民要求",
        "danger": "危险",
        "deadline": "期限临近",
        "unsure": "智能助手没有把握",
        "unavailable": "智能助手不可用",
        **DECLINE_REASONS,
        "request": "依申请",
    },
    "how": {
        "lawyer": "律师",
        "resident": "居民",
        "declined": "暂不接",
        "lapsed": "超时未接",
        "vanished": "坐席离线",
        "withdrawn": "撤回",
        "seat_gone": "坐席已离开",
        "wrapped_up": "整理完毕",
        "idle": "长时间无话",
        "left": "居民离开",
        "absent": "页面关闭已久",
    },
}
