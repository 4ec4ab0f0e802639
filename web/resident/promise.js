// A callback or a message instead of waiting: the dialog that asks for it, and the words that tell what is owed.

import { $, given, make } from "/assets/shared/page.js";
import { addDays, clock, dayParts, daysAhead, useZone } from "/assets/shared/wall.js";

const AHEAD = 7;
const NEAR = ["今天", "明天", "后天"];
const FIELDS = { phone: "phone", window: "from", text: "message", if_others_answer: "own" };

export class Promises {
  constructor(send) {
    this.send = send;
    this.ahead = 0;
    const form = $("promise-form");
    form.addEventListener("submit", (event) => this.submit(event));
    form.addEventListener("input", () => this.fit());
    $("promise-back").addEventListener("click", () => $("promise").close());
    $("promise").addEventListener("close", () => this.opener?.focus());
  }

  // Days are those of the city that keeps the promise, whatever the browser's clock and zone say.
  inCity({ zone, now }) {
    useZone(zone);
    this.ahead = Date.parse(now) - Date.now();
  }

  // The lawyer is there: what was being asked for instead of waiting has been overtaken, its words are kept.
  overtaken() {
    if (!$("promise").open) return false;
    this.opener = $("text");
    $("promise").close();
    return true;
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
    const chosen = select.value;
    const today = Date.now() + this.ahead;
    const days = Array.from({ length: AHEAD }, (_, ahead) => dayParts(addDays(today, ahead)));
    select.replaceChildren(...days.map(([date, weekday], ahead) => make("option", { value: NEAR[ahead] ?? date }, NEAR[ahead] ?? `${date}（${weekday}）`)));
    if (chosen) select.value = chosen;
    if (!select.value) select.selectedIndex = 0;
  }

  submit(event) {
    event.preventDefault();
    const form = Object.fromEntries(new FormData($("promise-form")));
    const missing = this.missing(form);
    if (missing) return this.refuse(...missing);
    this.tell("");
    $("promise-send").disabled = true;
    this.send(form.kind === "message" ? message(form) : callback(form));
  }

  missing(form) {
    if (form.kind === "message") return form.message.trim() ? null : ["message", "请写下要问的事"];
    if (form.how === "phone" && !form.phone.trim()) return ["phone", "请填写回电号码"];
    if (form.when === "window" && form.part === "clock" && !(form.from && form.to)) return ["from", "请填写开始和结束时间"];
    if (form.others === "own" && !form.own.trim()) return ["own", "请写下可以对别人说的话"];
    return form.how === "phone" && !form.consent ? ["consent", "请勾选同意使用号码"] : null;
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

function callback(form) {
  const time = form.part === "clock" ? `${form.from}-${form.to}` : form.part;
  const phone = form.how === "phone";
  return given({
    type: "callback", how: form.how, phone: phone ? form.phone.trim() : "",
    window: form.when === "window" ? `${form.day} ${time}` : "",
    if_others_answer: !phone ? "" : form.others === "own" ? form.own.trim() : form.others,
  });
}

function message(form) {
  return given({ type: "leave_message", text: form.message.trim(), phone: form.message_phone.trim() });
}

// What is owed, in one sentence; null where nothing is. Times are those of the city that promised them.
export function owedText({ callback: owed, state, now }) {
  if (!owed || !["callback_due", "waiting", "offered", "with_lawyer"].includes(state)) return null;
  if (state === "with_lawyer") return owed.kind === "callback" && owed.how === "phone" ? "律师正在办理您的预约，请留意电话" : null;
  const [from, due, until] = [owed.from_at, owed.due_at, owed.until_at].map((at) => Date.parse(at));
  const told = (at) => moment(at, Date.parse(now));
  if (owed.kind === "message") return `留言已收到，律师最迟 ${told(until)} 前在本对话里答复您`;
  const how = owed.how === "phone" ? `拨打 ${owed.phone}` : "在本对话里回复您";
  const span = `${told(from)}–${daysAhead(until, from) ? told(until) : hour(until)}`;
  const when = due > from ? `下次联系在${told(due)}左右` : owed.soon ? "轮到您时" : span;
  return `已预约：${when}，律师${how}`;
}

// `今天 18:00`, `11月28日（周六） 9:00`
function moment(at, now) {
  const [date, weekday] = dayParts(at);
  return `${NEAR.slice(0, 2)[daysAhead(at, now)] ?? `${date}（${weekday}）`} ${hour(at)}`;
}

function hour(at) {
  return clock(at).replace(/^0/, "");
}
