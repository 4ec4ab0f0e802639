// A callback or a message in hand: what to dial and to say, and what came of it. Until the resident has confirmed to be
// who answers, the talk itself stays shut.

import { $, clockTime, make, paragraphs } from "/assets/shared/page.js";

const RESULTS = {
  reached: ["居民本人已确认", "first"], no_answer: ["无人接听", ""], other_person: ["他人接听", ""], wrong_number: ["号码有误", "warm"],
};
const KINDS = { callback: "预约回电", message: "留言" };

export class Owed {
  constructor(send) {
    this.send = send;
  }

  // Whether the talk must stay shut.
  static shuts(talk) {
    return Boolean(talk?.work?.calls && !talk.work.confirmed && talk.work.state === "due");
  }

  show(talk) {
    const work = talk.work;
    const shut = Owed.shuts(talk);
    $("owed").hidden = !work || work.state === "done" || talk.state !== "with_lawyer";
    $("shut").hidden = !shut;
    $("log").hidden = shut;
    $("release").disabled ||= shut;
    if ($("owed").hidden) return;
    const drawn = JSON.stringify([talk.id, work]);
    if ($("owed").dataset.drawn === drawn) return;
    $("owed").dataset.drawn = drawn;
    $("owed").replaceChildren(...(work.calls ? call(work) : writing(work)), ...this.results(talk));
  }

  results(talk) {
    const work = talk.work;
    if (work.kind === "message" || work.confirmed) return [];
    const allowed = work.calls ? Object.keys(RESULTS) : ["reached", "no_answer"];
    const buttons = allowed.map((result) => {
      const [text, look] = RESULTS[result];
      const name = work.calls ? text : result === "reached" ? "居民已联系上" : "无人回应";
      return make("button", { type: "button", className: `button ${look}`, onclick: () => this.send({ type: "callback_attempt", interaction_id: talk.id, result }) }, name);
    });
    return [make("div", { className: "row" }, ...buttons)];
  }
}

// What an offer says of it, before it is taken: the number is masked.
export function owedLine(work) {
  if (!work) return null;
  const times = work.kind === "message" ? `最迟 ${day(work.until_at)}` : work.soon ? "轮到即回电" : `${day(work.from_at)} 起`;
  const tries = work.attempts ? `，已试 ${work.attempts} 次` : "";
  const how = work.how === "phone" ? work.phone : "在对话里回复";
  return make("p", {}, make("strong", {}, KINDS[work.kind] ?? "预约"), ` · ${work.kind === "message" ? "书面答复" : how} · ${times}${tries}`);
}

function call(work) {
  const number = make("a", { className: "dial", href: `tel:${work.phone.split("转")[0].replace(/-/g, "")}` }, work.phone);
  const head = make("p", {}, make("strong", {}, "请用坐席电话拨打 "), number, make("span", { className: "keys" }, " 系统暂不代拨，用服务专线，不用个人手机"));
  if (work.confirmed) return [make("p", {}, "居民本人已确认，可以谈具体内容。")];
  const steps = [
    ["接通后先说", work.opening],
    ["核对本人", `请对方报受理编号（末六位 ${work.number.slice(-6)}）或预约的时间，不由您先说`],
    ["别人接听时", work.to_others],
    ...(work.care ? [["注意安全", work.care]] : []),
  ];
  return [head, make("dl", {}, ...steps.flatMap(([name, text]) => [make("dt", {}, name), make("dd", { className: name === "注意安全" ? "danger" : "" }, ...paragraphs(text))]))];
}

function writing(work) {
  if (work.kind === "message") return [make("p", {}, make("strong", {}, "居民留言，请书面答复"), `（最迟 ${day(work.until_at)}）。居民不一定在线，写完整后结束服务即可。`, ...phone(work))];
  if (work.how === "phone") return [make("p", {}, make("strong", {}, "居民提前回到了对话"), `，请先在这里答复；预约的回电在 ${day(work.from_at)}，此前不要拨打。联系不上可登记，仍会按时回电。`)];
  return [make("p", {}, make("strong", {}, "居民约定在对话里回复"), `（最迟 ${day(work.until_at)}）。`)];
}

function phone(work) {
  return work.phone ? [` 留的电话：${work.phone}`] : [];
}

function day(iso) {
  return clockTime(iso);
}
