"""One form for words however they are typed: width, spaces, letter case, common traditional characters."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 4_000
# Traditional characters of the words we look for, not a conversion of the language.
_SIMPLE = str.maketrans(
    "轉個師話說給幫殺殘傷馬開審時過間後還離繼財產勞動資遲債務險車禍醫療詐騙貸強門處罰權頭證據訴訟兒婦闆麼辦錢請問當實體條約東買賣樓鄰養撫費親媽爺屍誰這們來對為會無樣現號應該聯係繫絡網際國機構關單職員業發壓"
    "虧損賠償補贈遺囑裝壞換舊價貨質驗檢測釋獄監視聽見覺認識讓議論調協簽寫書筆記錄圖電腦連線經濟紀級結終絕續總綁縱織罵嚇脅搶竊歐毆鬥槍彈藥農燒點滅災臨緊難題願顧類額預頓頁項須順飯飲館騷擾驚駕駛罷輕輛輸較載軍"
    "軌運達違遠適選邊進遊郵鄉鄭銀鎖錯鍾鐘長閉閃闖陽陰隊階隱雖雙雜靈靜響顯風飛魚鳥黃齡龍氣決沒淨減滿潛濕熱愛爾牆獎獨獲環畢異盜眾睏確禮種稅稱穩窮競節範簡糾紛純細組紅統維緣縣縮績義習聖聞聰聲肅膽腳臟與興舉蓋莊"
    "華萬葉著蘇虛術衛複復規觀計討訂訊許設評詞試詢誘語誤課諒謝謀謊譯護變豐負貢貧責貪貫貼貴賀賊賓賬賭賴贏趕跡踐躍軟辭隻傢傳僱僅側偵備倆倉優億儘內兩冊凍劃劇劉剛勝勢匯區卻厲參吳啟喪喬嚴圍園圓執堅報場墊壽夠夢奪"
    "奮奧孫學寧寶層屆屬崗島嶺帳帶幣幾庫廠廣廳張彎徵徹恆恥悶惡惱慘慣憂憑懲懶懷戀戲戶拋擔擇擊擋擁擬攔敗敵數斷暫曆歷殼姦棄",
    "转个师话说给帮杀残伤马开审时过间后还离继财产劳动资迟债务险车祸医疗诈骗贷强门处罚权头证据诉讼儿妇板么办钱请问当实体条约东买卖楼邻养抚费亲妈爷尸谁这们来对为会无样现号应该联系系络网际国机构关单职员业发压"
    "亏损赔偿补赠遗嘱装坏换旧价货质验检测释狱监视听见觉认识让议论调协签写书笔记录图电脑连线经济纪级结终绝续总绑纵织骂吓胁抢窃欧殴斗枪弹药农烧点灭灾临紧难题愿顾类额预顿页项须顺饭饮馆骚扰惊驾驶罢轻辆输较载军"
    "轨运达违远适选边进游邮乡郑银锁错钟钟长闭闪闯阳阴队阶隐虽双杂灵静响显风飞鱼鸟黄龄龙气决没净减满潜湿热爱尔墙奖独获环毕异盗众困确礼种税称稳穷竞节范简纠纷纯细组红统维缘县缩绩义习圣闻聪声肃胆脚脏与兴举盖庄"
    "华万叶着苏虚术卫复复规观计讨订讯许设评词试询诱语误课谅谢谋谎译护变丰负贡贫责贪贯贴贵贺贼宾账赌赖赢赶迹践跃软辞只家传雇仅侧侦备俩仓优亿尽内两册冻划剧刘刚胜势汇区却厉参吴启丧乔严围园圆执坚报场垫寿够梦夺"
    "奋奥孙学宁宝层届属岗岛岭帐带币几库厂广厅张弯征彻恒耻闷恶恼惨惯忧凭惩懒怀恋戏户抛担择击挡拥拟拦败敌数断暂历历壳奸弃",
)
_COURTESY = re.compile(
    r"^(?:你好|您好|请问|想问|问一下|打扰|在吗|我想咨询|想咨询|咨询一下|麻烦问|律师好|律师)+(?:一下)?|(?:谢谢|多谢|感谢)(?:你|您|了|啦)?$"
)


def normal(text: str) -> str:
    """NFKC, lower case, no white space or control characters; the middle of over-long texts is left out.

    Danger is as often named at the end of a long text as at its beginning, so both ends are kept.
    """
    if len(text) > LONGEST:
        text = text[: LONGEST // 2] + text[-LONGEST // 2 :]
    folded = unicodedata.normalize("NFKC", text).lower().translate(_SIMPLE)
    return "".join(char for char in folded if unicodedata.category(char)[0] not in "ZC")


def bare(text: str) -> str:
    """The normal form without punctuation, and without a greeting before or thanks after the question."""
    said = "".join(char for char in normal(text) if unicodedata.category(char)[0] not in "PS")
    return _COURTESY.sub("", said)
