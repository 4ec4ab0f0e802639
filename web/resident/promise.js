// A callback or a message instead of waiting: the dialog that asks for it, and the words that tell what is owed.

import { $, make } from "/assets/shared/page.js";

const AHEAD = 7;
const WEEKDAYS = "日一二三四五六";
const FIELDS = { phone: "phone", window: "from", text: "message", if_others_answer: "own" };

export class Promises {
  constructor(send) {
    this.send = send;
    const form = $("promise-form");
    form.addEventListener("submit", (event) => this.submit(event));
    form.addEventListener("input", () => this.fit());
    $("promise-back").addEventListener("click", () => $("promise").close());
    $("promise").addEventListener("close", () => this.opener?.focus());
  }

  open(kind) {
    this.opener = document.activeElement;
    this.fillDays();
    $("promise-form").elements.kind.value = kind;
    this.tell("");
    this.fit();
    $("promise").showModal();
    $("promise-form").querySelector(kind === "message" ? "textarea" : "[name=phone]").focus();
  }

  // Only what the choices ask for is shown, and asked for.
  fit() {
    const form = $("promise-form");
    const { kind, how, when, part, others } = Object.fromEntries(new FormData(form));
    const shown = { callback: kind === "callback", message: kind === "message", phone: kind === "callback" && how === "phone", when: when === "window", clock: part === "clock", own: others === "own" };
    for (const box of form.querySelectorAll("[data-if]")) box.hidden = !shown[box.dataset.if];
    $("promise-send").textContent = kind === "message" ? "留言" : "预约";
  }

  fillDays() {
    const select = $("promise-form").elements.day;
    const names = ["今天", "明天", "后天"];
    const days = Array.from({ length: AHEAD }, (_, ahead) => names[ahead] ?? dayName(new Date(Date.now() + ahead * 86400e3)));
    select.replaceChildren(...days.map((day) => make("option", { value: day.split("（")[0] }, day)));
  }

  submit(event) {
    event.preventDefault();
    const form = $("promise-form");
    const given = Object.fromEntries(new FormData(form));
    const frame = given.kind === "message" ? message(given) : callback(given);
    const missing = this.missing(given);
    if (missing) return this.refuse(...missing);
    this.tell("");
    $("promise-send").disabled = true;
    this.send(frame);
  }

  missing(given) {
    if (given.kind === "message") return given.message.trim() ? null : ["message", "请写下要问的事"];
    if (given.how === "phone" && !given.phone.trim()) return ["phone", "请填写回电号码"];
    if (given.when === "window" && given.part === "clock" && !(given.from && given.to)) return ["from", "请填写开始和结束时间"];
    if (given.others === "own" && !given.own.trim()) return ["own", "请写下可以对别人说的话"];
    return given.how === "phone" && !given.consent ? ["consent", "请勾选同意使用号码"] : null;
  }

  kept() {
    $("promise-send").disabled = false;
    $("promise").close();
    $("promise-form").reset();
  }

  // False where the dialog is no longer there to tell it.
  refused(frame) {
    $("promise-send").disabled = false;
    if (!$("promise").open) return false;
    const [field, told] = frame.message.split("：");
    this.refuse(FIELDS[field], told === undefined || !FIELDS[field] ? frame.message : frame.message.slice(field.length + 1));
    return true;
  }

  refuse(name, told) {
    this.tell(told);
    const field = name && $("promise-form").elements[name];
    if (!field?.focus || field.closest("[hidden]")) return;
    field.setAttribute("aria-invalid", "true");
    field.focus();
  }

  tell(told) {
    for (const field of $("promise-form").querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
    $("promise-error").textContent = told;
  }
}

function callback(given) {
  const time = given.part === "clock" ? `${given.from}-${given.to}` : given.part;
  return {
    type: "callback", how: given.how, ...(given.how === "phone" ? { phone: given.phone.trim() } : {}),
    ...(given.when === "window" ? { window: `${given.day} ${time}` } : {}),
    ...(given.how === "phone" ? { if_others_answer: given.others === "own" ? given.own.trim() : given.others } : {}),
  };
}

function message(given) {
  return { type: "leave_message", text: given.message.trim(), ...(given.message_phone.trim() ? { phone: given.message_phone.trim() } : {}) };
}

// What is owed, in one sentence; null where nothing is. Times are those of the city that promised them.
export function owedText(frame) {
  const owed = frame.callback;
  if (!owed || !["callback_due", "waiting", "offered", "with_lawyer"].includes(frame.state)) return null;
  if (frame.state === "with_lawyer") return owed.kind === "callback" && owed.how === "phone" ? "律师正在办理您的预约，请留意电话" : null;
  if (owed.kind === "message") return `留言已收到，律师最迟${moment(owed.until_at, owed.zone)}前在本对话里答复您`;
  const how = owed.how === "phone" ? `拨打 ${owed.phone}` : "在本对话里回复您";
  const again = Date.parse(owed.due_at) > Date.parse(owed.from_at) ? `下次联系在${moment(owed.due_at, owed.zone)}左右` : null;
  return `已预约：${again ?? (owed.soon ? "轮到您时" : span(owed))}，律师${how}`;
}

function span({ from_at: from, until_at: until, zone }) {
  const [first, last] = [parts(from, zone), parts(until, zone)];
  return `${moment(from, zone)}–${first.date === last.date ? last.clock : moment(until, zone)}`;
}

function moment(iso, zone) {
  const at = parts(iso, zone);
  const names = Object.fromEntries(["今天", "明天"].map((name, ahead) => [parts(Date.now() + ahead * 86400e3, zone).date, name]));
  return `${names[at.date] ?? at.date} ${at.clock}`;
}

function parts(at, zone) {
  const format = new Intl.DateTimeFormat("zh-CN", { timeZone: zone, month: "numeric", day: "numeric", weekday: "narrow", hour: "numeric", minute: "2-digit", hourCycle: "h23" });
  const { month, day, weekday, hour, minute } = Object.fromEntries(format.formatToParts(new Date(at)).map(({ type, value }) => [type, value]));
  return { date: `${month}月${day}日（周${weekday}）`, clock: `${Number(hour)}:${minute}` };
}

function dayName(at) {
  return `${at.getMonth() + 1}月${at.getDate()}日（周${WEEKDAYS[at.getDay()]}）`;
}
