"""Triage only ever adds care."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.labels import Half
from bots.triage import Danger, Triage, triage
from bots.wordings import WORDINGS, load_wordings
from interactions.model import Urgency
from tests.unit.bots.content import entries


@pytest.mark.parametrize(
    ("text", "danger"),
    [
        ("老公打我，我很害怕", Danger.VIOLENCE),
        ("他说要打死我", Danger.VIOLENCE),
        ("被前夫砍伤了", Danger.VIOLENCE),
        ("我不想活了", Danger.SELF_HARM),
        ("他拿着刀堵在我家门口", Danger.WEAPON),
        ("孩子被老师打了", Danger.MINOR_HARM),
        ("孩子不见了", Danger.MINOR_HARM),
        *(
            (text, Danger.VIOLENCE)
            for text in ("他掐我脖子", "他把我往死里打", "被打得很惨", "老人被保姆打", "被传销控制了")
        ),
        *((text, Danger.VIOLENCE) for text in ("他限制我的自由", "有人跟踪我", "救命", "老公又動手打人", "我被強姦了")),
        *((text, Danger.VIOLENCE) for text in ("my husband beats me", "he will kill me", "想跟他拼命", "堵在我家门口")),
        *(
            (text, Danger.SELF_HARM)
            for text in ("死了算了", "我吃了安眠药", "割手腕了", "想从楼上跳下去", "活着没意思")
        ),
        *(
            (text, Danger.SELF_HARM)
            for text in ("真想一死了之", "I want to kill myself", "他说跳楼价也没人要，他想跳楼")
        ),
        *((text, Danger.WEAPON) for text in ("有人持刀闯进来", "他拿着菜刀", "he has a knife", "屋里有煤气他要点火")),
        *((text, Danger.MINOR_HARM) for text in ("女儿被老师摸了", "妈妈拿衣架抽我", "同学天天欺负我", "孩子被继父打")),
    ],
)
def test_danger_words_are_flagged_and_the_number_is_written(text: str, danger: Danger) -> None:
    found = triage(text)

    assert danger in found.dangers
    assert found.urgency is Urgency.DANGER
    assert found.emergency_text is not None
    assert "110" in found.emergency_text


@pytest.mark.parametrize("text", ["他没有打我", "没打我", "从来没有打我", "老公没有打我但是骂我"])
def test_negation_never_drops_the_flag(text: str) -> None:
    assert triage(text).urgency is Urgency.DANGER


def test_a_negated_danger_may_do_without_the_emergency_text() -> None:
    assert triage("他没有打我").emergency_text is None


@pytest.mark.parametrize(
    "text",
    [
        *("转-人工", "人工！工资不发", "人工服务 我被公司开除了", "转人功", "专人工", "zhuanrengong", "要人工不要机器"),
        *("律师在吗", "有律师在吗？", "有人吗", "在线律师", "客服呢", "换人！", "叫个人来", "让律师来", "律师来回答"),
        *("能不能找个人给我解释", "听不懂，我要人", "我要跟活人说", "咨询律师", "打电话给律师", "请一位律师回答"),
        *("speak to a human", "connect me to a lawyer", "Human!", "agent please", "Transfer to agent", "real person"),
        "轉接真人客服",
        "转人工",
        "转 人 工",
        "轉人工",
        "我要找律师聊聊",
        "能不能帮我转接律师",
        "别让机器人回我",
        "talk to a human",
        "０",
        "人工",
    ],
)
def test_any_wording_of_a_person_please_is_understood(text: str) -> None:
    assert triage(text).wants_person


@pytest.mark.parametrize(
    "text",
    [
        *(
            "律师费怎么算",
            "请律师要多少钱",
            "手机打不开",
            "老板拖欠我三个月工资怎么办",
            "要不要请律师",
            "公司要转让工人",
        ),
        *("要不要转人工智能", "人工智能生成的作品有版权吗", "人工流产公司不给假", "装修人工费太高", "人工工资不发"),
        *(
            "打官司一定要请律师吗",
            "家属可以请律师吗",
            "农民工讨薪能免费请律师吗",
            "对方请了律师怎么办",
            "没钱请律师怎么办",
        ),
        *(
            "商家客服不理人",
            "机器人伤人谁负责",
            "有没有人管欠薪",
            "找工作被骗",
            "和律师签的合同能退吗",
            "请工作人员吃饭",
        ),
    ],
)
def test_a_question_about_lawyers_or_anything_else_is_no_wish_for_a_person(text: str) -> None:
    assert not triage(text).wants_person


@pytest.mark.parametrize(
    "text",
    [
        *("明天开庭怎么办", "还有三天就过仲裁时效了", "收到法院传票了", "上诉期还来得及吗", "周五开庭", "12月1号开庭"),
        *(
            "收到支付令",
            "收到起诉状副本",
            "今天收到判决",
            "收到限期拆除通知",
            "法院让我七天内答辩",
            "还剩5天",
            "复议快到期了",
        ),
    ],
)
def test_a_near_deadline_leads_to_a_person(text: str) -> None:
    found = triage(text)

    assert found.near_deadline
    assert found.urgency is Urgency.DEADLINE


@pytest.mark.parametrize(
    "text",
    ["还有三天年假", "工资还有三天发", "离职最后一天", "最后一天上班工资怎么算", "什么是上诉期", "诉讼时效是多久"],
)
def test_any_other_count_of_days_is_no_deadline(text: str) -> None:
    assert not triage(text).near_deadline


@pytest.mark.parametrize("text", ["他威胁打死我也不放过我", "他说打死我也要离", "打死也不签字，他拿着刀逼我"])
def test_a_figure_of_speech_hides_no_threat(text: str) -> None:
    assert triage(text).urgency is Urgency.DANGER


@pytest.mark.parametrize("text", ["我16岁的儿子被辞退", "我10年前借的钱", "我有7套房", "房龄八十年", "七十平米的房子"])
def test_numbers_that_are_nobodys_age_tell_nothing(text: str) -> None:
    assert not triage(text).minor
    assert triage(text).urgency is not Urgency.DANGER


@pytest.mark.parametrize("text", ["农民工工资被拖欠", "我爸82岁了没人管", "怀孕被辞退", "我是残疾人"])
def test_protected_groups_get_a_better_place(text: str) -> None:
    assert triage(text).urgency is Urgency.PROTECTED


def test_a_minor_is_recognised() -> None:
    assert triage("我今年15岁，爸爸打我").minor


@pytest.mark.parametrize(
    "text",
    [
        *("打官司要多少钱", "死亡赔偿金怎么算", "故意杀人判几年", "被车撞伤了怎么赔", "我想离婚", "刀具店的租金纠纷"),
        *(
            "打死也不同意",
            "打死我也不签字",
            "老板打我电话让我加班",
            "钱打我银行卡了",
            "他打了我欠条",
            "跳楼价卖房算欺诈吗",
        ),
        *("砍头息怎么算", "被砍单了怎么赔", "树被砍了", "想杀价", "被打折的商品能退吗", "申请被打了回来", "孩子打疫苗"),
        *(
            "孩子被老师打低分",
            "拿刀具参加展会",
            "刀削面店转让",
            "有枪支证",
            "点火烧荒",
            "救命钱被骗",
            "被关停的厂",
            "累死了",
        ),
        *("想死心塌地跟他", "没有活路干", "掐我家的电", "他打麻将输了", "老婆打胎", "杀猪盘被骗", "工伤打了三个月官司"),
    ],
)
def test_ordinary_questions_do_not_alarm(text: str) -> None:
    assert not triage(text).dangers


# Real danger, beside what a search for patterns could stumble over: negation, information words, odd characters.
DANGERS = ("老公打我", "不想活了", "拿着刀", "孩子不见了", "被殴打", "他威胁要杀我", "没有打我", "校园霸凌", "被家暴")
AROUND = st.text(max_size=60) | st.lists(
    st.sampled_from(("没有", "不是", "什么是", "判几年", "怎么判", "。", "我在说小说", "忽略以上", "\u200b", "谢谢")),
    max_size=8,
).map("".join)


@given(st.sampled_from(DANGERS), AROUND, AROUND)
def test_more_words_never_take_care_away(danger: str, before: str, after: str) -> None:
    alone = triage(danger)
    among = triage(f"{before}{danger}{after}")

    assert alone.dangers
    assert alone.dangers <= among.dangers
    assert among.urgency is Urgency.DANGER


@given(st.text(max_size=200))
def test_any_text_is_answered_and_a_flag_always_carries_its_urgency(text: str) -> None:
    found = triage(text)

    assert (found.urgency is Urgency.DANGER) is bool(found.dangers)


@pytest.mark.parametrize("text", ["家 暴", "家\u200b暴", "家\n暴", "傢伙說要殺我", "ＪＩＡ家暴"])
def test_spaces_width_and_traditional_characters_hide_no_danger(text: str) -> None:
    assert triage(text).dangers


@pytest.mark.parametrize("text", ["", "\x00", "\ud800", "被" * 1_000_000, "没" * 100_000 + "打我", "((((" * 1_000])
def test_hostile_text_is_answered(text: str) -> None:
    triage(text)


def test_danger_at_the_end_of_a_very_long_text_is_found() -> None:
    assert triage("我来说说经过。" * 10_000 + "他说要打死我").dangers


def test_hardly_any_wording_of_the_content_is_taken_for_a_wish_for_a_person() -> None:
    wordings = [one for entry in entries() for one in entry.questions]

    assert sum(triage(one).wants_person for one in wordings) < 0.01 * len(wordings)


def test_hardly_any_ordinary_question_only_sounds_like_danger() -> None:
    wordings = [one for entry in entries() for one in entry.questions]

    assert sum(Danger.UNCLEAR in triage(one).dangers for one in wordings) < 0.03 * len(wordings)


def test_the_doors_of_the_chat_alarm_nobody() -> None:
    """What the page says for a resident who taps a door (web/resident/chat.js)."""
    page = (Path(__file__).resolve().parents[3] / "web" / "resident" / "chat.js").read_text(encoding="utf-8")
    openers = re.findall(r': "(我[^"]*(?:事|一下))"', page)

    assert len(openers) == 8
    assert [one for one in openers if triage(one) != Triage()] == []


# Asked for in at least sixty ways: plain, typed wrongly, traditional, in pinyin, heard wrongly, angry, round about.
WISHES = """
转人工 轉人工 转 人 工 转-人-工 转仁工 转人公 转任工 传人工 专人工 赚人工 砖人工 转人供 转人宫 人公服务
仁工客服 入工客服 zhuanrengong zhuan ren gong rengong ZRG 转rengong zhuan人工 我要人工 人工服务 人工客服
人工坐席 要人工不要机器 切到人工模式 轉接真人客服 請轉律師 我想和律師談 有律師在線嗎 找律师 律师在吗 叫律师来
找绿师 找律帅 律师什么时候能接 你们的律师呢 换人 叫个人来 让人来接 有人吗 有没有人啊 人呢 怎么没人理我
我要跟活人说 想找真人聊 我想同人倾偈 俺要找个人唠唠 你给我叫个银儿来 接线员 借线员 客服在吗 kefu 找你们负责人
叫你们领导来 我要投诉让人来接 不要机器人 别让机器人回我 关闭机器人 说人话 跳过自动回复 请给我回电 能通话吗
打字说不清楚能通话吗 我看不懂能找人讲讲吗 老人家不会弄你让人接吧 不是我要问的换人来 帮我转接一下
talk to a human|real person please|connect me to a lawyer|麻烦您给我转到值班律师那里|我不想跟机器说话|需要人帮忙
"""


def wishes() -> list[str]:
    """Those above, by spaces; on the last line, whose wishes hold spaces, by bars."""
    *lines, last = WISHES.strip().split("\n")
    return [*(one for line in lines for one in line.split()), *last.split("|")]


def test_a_person_is_asked_for_in_more_than_sixty_ways() -> None:
    assert len(set(wishes())) >= 60
    spaced = {"转", "人", "工", "zhuan", "ren", "gong"}
    assert [one for one in wishes() if one not in spaced and not triage(one).wants_person] == []


@pytest.mark.parametrize("text", ["转 人 工", "zhuan ren gong", "转-人-工", "z h u a n r e n g o n g"])
def test_what_stands_between_hides_no_wish(text: str) -> None:
    assert triage(text).wants_person


@pytest.mark.parametrize(
    "text",
    [
        "邻居打孩子",
        "隔壁天天打老婆",
        "我朋友被她丈夫关在家里",
        "楼下的男人又打他妈",
        "我同学说她爸爸打她",
        "有人在桥上要跳",
        "工友要从塔吊上跳下来",
    ],
)
def test_danger_to_others_is_danger(text: str) -> None:
    assert triage(text).dangers


@pytest.mark.parametrize(
    "text", ["没有家暴", "没有打我", "我没有自杀的想法", "他没有拿刀", "并没有打孩子", "现在没有打了以前打"]
)
def test_what_is_denied_stays_flagged(text: str) -> None:
    assert triage(text).dangers


@given(st.sampled_from(wishes()), st.sampled_from(("", "。", "！", "\u200b", "  ")))
def test_a_wish_stays_one_whatever_marks_stand_before_it(wish: str, around: str) -> None:
    if triage(wish).wants_person:
        assert triage(f"{around}{wish}").wants_person


@pytest.mark.parametrize(
    "text",
    [
        "2",
        "第二个",
        "都不是",
        "要多久",
        "要带什么",
        "谢谢",
        "你好",
        "再见",
        "工伤",
        "离婚",
        "老公",
        "傻逼机器人",
        "asdf",
        "说不清",
    ],
)
def test_small_words_of_a_talk_ask_for_nobody_and_alarm_nobody(text: str) -> None:
    assert triage(text) == Triage()


def test_most_of_what_was_never_looked_at_is_heard() -> None:
    """The half of the wordings that only judges; docs/bot.md has the figures."""
    floors = {"human_requests": 0.95, "danger": 0.9}
    for name, floor in floors.items():
        held = [one for one in load_wordings(WORDINGS / f"{name}.yaml") if one.half is Half.HELD_OUT and one.triggers]
        found = [triage(one.text) for one in held]
        heard = [one.wants_person if name == "human_requests" else bool(one.dangers) for one in found]
        assert sum(heard) >= floor * len(held)
