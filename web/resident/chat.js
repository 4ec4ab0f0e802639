// The residents' page. Frames come in, the view follows; nothing is kept but the tab's own session.

import { $, TypingSignal, keep, kept, make, markFailed, sendOnEnter, showTyping } from "/assets/shared/page.js";
import { Socket } from "/assets/shared/socket.js";
import { Parties } from "/assets/resident/parties.js";
import { Promises, owedText } from "/assets/resident/promise.js";
import { Rating } from "/assets/resident/rating.js";
import { pendingView, turnView } from "/assets/resident/turns.js";

const OPENERS = {
  欠薪工伤: "我想咨询欠薪或工伤的事", 婚姻老人孩子: "我想咨询婚姻家庭的事", 房子邻里: "我想咨询房子或邻里的事",
  借钱被骗: "我想咨询借钱或被骗的事", 车祸受伤: "我想咨询交通事故的事", 买东西: "我想咨询消费维权的事",
  被抓被罚: "我想咨询被抓或被罚的事", 说不清: "我说不清属于哪一类，想咨询一下",
};
const NEUTRAL_PAGE = "https://www.gov.cn/";
const TITLE = document.title;
const NEAR_END = 120;
const WARN_LEFT = 200;
const SHORT_BREAK_MS = 1200;
let atEnd = true;
const OVER = ["wrap_up", "closed", "abandoned"];
const state = {
  token: kept("token", null), interactionId: kept("interaction", null),
  cursors: new Map(), stateSeqs: new Map(), state: null, lawyer: null, number: null,
};
const socket = new Socket({
  path: "/chat/ws", hello, onFrame: take, onState: showConnection, onRefused: forgetToken, onHelloRefused: forgetInteraction, outbox: "outbox",
});
const rating = new Rating((frame) => socket.send(frame));
const parties = new Parties((frame) => socket.send(frame));
const promises = new Promises((frame) => socket.send(frame));
const typing = new TypingSignal((on) => socket.signal({ type: "typing", on }));
const handlers = {
  welcome, turn, state: moved, ack: acknowledged, error: refused,
  rate_request: askRating, rated: (frame) => rating.rated(frame),
  typing: (frame) => showTyping($("typing"), frame.on),
};

function hello() {
  const id = state.interactionId;
  return { token: state.token, ...(id ? { interaction_id: id } : {}), after: state.cursors.get(id) ?? 0 };
}

function take(frame, command) {
  handlers[frame.type]?.(frame, command);
}

function welcome(frame) {
  state.token = frame.token;
  keep("token", frame.token);
  if (frame.number) state.number = frame.number;
  promises.inCity(frame);
  state.returning = !$("turns").hasChildNodes();
  showTyping($("typing"), false);
}

// What was left of an old visit comes before the current one: the last one shown is the one to come back to.
function follow(interactionId) {
  if (state.interactionId === interactionId) return;
  Object.assign(state, { interactionId, lawyer: null });
  keep("interaction", interactionId);
}

function turn(frame) {
  follow(frame.interaction_id);
  const last = state.cursors.get(frame.interaction_id) ?? 0;
  if (frame.prev > last) return socket.resume();
  if (frame.seq <= last) return;
  state.cursors.set(frame.interaction_id, frame.seq);
  pending(frame.client_id)?.remove();
  if (frame.by === "lawyer") {
    showTyping($("typing"), false);
    if (document.hidden) document.title = `● 律师有新消息 · ${TITLE}`;
  }
  if (frame.purpose === "emergency") parties.inDanger();
  show(turnView(frame, { lawyer: state.lawyer, say, promise: (kind) => promises.open(kind) }), frame.by === "resident");
}

function pending(clientId) {
  return clientId ? document.querySelector(`[data-client="${CSS.escape(clientId)}"]`) : null;
}

// Whoever reads further up is not torn away; a long answer is read from its beginning, what was read before from its end.
function show(view, own) {
  const log = $("log");
  const near = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END;
  $("turns").append(view);
  if (!near && !own) {
    $("newer").hidden = false;
    return;
  }
  if (view.offsetHeight > log.clientHeight && !state.returning) view.scrollIntoView({ block: "start" });
  else toEnd();
}

function toEnd() {
  $("newer").hidden = true;
  $("log").scrollTop = $("log").scrollHeight;
}

function tell(text) {
  show(make("div", { className: "turn system" }, text), true);
}

function say(text) {
  show(pendingView(socket.send({ type: "say", text }), text), true);
}

function moved(frame) {
  follow(frame.interaction_id);
  if (frame.seq < (state.stateSeqs.get(frame.interaction_id) ?? -1)) return;
  state.stateSeqs.set(frame.interaction_id, frame.seq);
  Object.assign(state, { state: frame.state, number: frame.number ?? state.number, lawyer: frame.lawyer ?? state.lawyer });
  if (frame.state === "with_lawyer" && promises.overtaken()) tell("律师已接入，可以直接说。刚才填写的内容还留着。");
  if (frame.state !== "with_lawyer") showTyping($("typing"), false);
  else if (document.hidden) document.title = `● 律师已接入 · ${TITLE}`;
  showPlace(frame);
  showEnded();
  if (state.returning) toEnd();
  state.returning = false;
}

function showPlace(frame) {
  const told = placeText(frame);
  $("standing").hidden = !told;
  if ($("place").textContent !== (told ?? "")) $("place").textContent = told ?? "";
  showInstead(frame);
  parties.show(state.state, state.interactionId);
  $("ask-lawyer").disabled = !["with_bot", null, "closed", "abandoned", "callback_due"].includes(state.state);
  // What was booked is changed above.
  $("later").disabled = ["with_lawyer", "wrap_up"].includes(state.state) || frame.callback?.kind === "callback";
  $("leave").disabled = [null, "callback_due", ...OVER].includes(state.state) || Boolean(frame.callback);
}

// What can be done instead of waiting, and with what is owed.
function showInstead(frame) {
  const owed = Boolean(frame.callback) && ["callback_due", "waiting", "offered"].includes(frame.state);
  const shown = { "call-me": !owed, "write-me": !owed, "wait-now": frame.state === "callback_due", change: owed && frame.callback.kind === "callback", cancel: owed };
  for (const [id, now] of Object.entries(shown)) $(id).hidden = !now;
  $("cancel").textContent = frame.callback?.kind === "message" ? "取消留言" : "取消预约";
  $("instead").hidden = !["callback_due", "waiting", "offered"].includes(frame.state);
  $("turns").classList.toggle("in-line", ["waiting", "offered"].includes(frame.state) && !owed);
}

const GROWN = {
  arrival_ahead: "时间变长了：有更紧急或先到的来访者排在前面。",
  seat_left: "时间变长了：值班律师减少了。",
  longer_talks: "时间变长了：目前每次咨询用时较长。",
};

function placeText(frame) {
  const owed = owedText(frame);
  if (owed && frame.state !== "waiting") return `${owed}。`;
  if (frame.state === "offered") return "正在呼叫律师，请稍候…";
  if (frame.state === "with_lawyer") return `${frame.lawyer ?? "律师"} 正在为您服务`;
  if (frame.state !== "waiting") return null;
  return owed ? `${owed}。${frame.callback.kind === "callback" ? placeInLine(frame) : ""}` : lineText(frame);
}

function placeInLine(frame) {
  return frame.position === 1 ? "下一位就是您。" : frame.position ? `现在排在第 ${frame.position} 位。` : "";
}

function lineText(frame) {
  const place = frame.position === 1 ? "下一位就是您" : frame.position ? `前面还有 ${frame.position - 1} 位` : "正在排队";
  if (frame.wait_s === undefined) return `${place}。现在没有能接待的律师在线，您的排队会一直保留，可以先把情况写下来。`;
  const why = GROWN[frame.why] ?? "";
  return `${place}，预计等待${waitText(frame)}。${why}您可以继续补充情况。`;
}

// From about to about, in whole minutes; a wait that may be over at once is told by its longest.
function waitText({ wait_s, wait_low_s = wait_s, wait_high_s = wait_s }) {
  const [low, high] = [Math.floor(wait_low_s / 60), Math.max(1, Math.ceil(wait_high_s / 60))];
  if (low < 1) return `约 ${high} 分钟以内`;
  return low === high ? `约 ${high} 分钟` : `约 ${low}–${high} 分钟`;
}

function showEnded() {
  const over = OVER.includes(state.state) && state.number;
  $("ended").hidden = !over;
  if (!over) return;
  $("ended").replaceChildren("受理编号 ", make("span", { className: "number" }, state.number), "，请留存。继续输入即可再次咨询。");
  toEnd();
}

function askRating(frame) {
  rating.ask(frame);
  toEnd();
}

function acknowledged(frame, command) {
  const view = pending(frame.client_id);
  if (view) view.querySelector(".who").textContent = "我 · 已送达";
  if (["callback", "leave_message"].includes(command?.type)) promises.kept();
  if (command?.type === "parties") {
    parties.acknowledged();
    tell("已收到，仅用于避免利益冲突。");
  }
  if (command?.type !== "rate") return;
  rating.done();
  tell("感谢您的评价。");
}

function refused(frame, command) {
  const view = pending(frame.client_id);
  if (view) {
    delete view.dataset.client;
    markFailed(view, command?.text ?? "", frame.message, $("text"));
    return toEnd();
  }
  if (command?.type === "say") $("text").value = [$("text").value, command.text].filter(Boolean).join("\n");
  if (["callback", "leave_message"].includes(command?.type) && promises.refused(frame)) return;
  if (command?.type === "parties") return parties.refused(frame);
  if (command?.type === "rate") rating.refused(frame);
  tell(frame.message);
}

function forgetToken() {
  for (const name of ["token", "interaction"]) sessionStorage.removeItem(name);
  Object.assign(state, { token: null, interactionId: null, state: null, number: null });
  tell("之前的会话已过期，已为您开始新的会话，未送达的内容会重新发送。");
  return false;
}

function forgetInteraction() {
  sessionStorage.removeItem("interaction");
  state.interactionId = null;
}

// A short break is nobody's worry; a longer one is told, and so is a service that cannot store anything just now.
function showConnection(now) {
  if (now === "live") {
    clearTimeout(showConnection.timer);
    showConnection.timer = null;
    $("connection").hidden = true;
    return;
  }
  showConnection.timer ??= setTimeout(() => {
    $("connection").textContent = navigator.onLine ? "正在重新连接…您写的内容不会丢失，连上后自动发送；急事请拨打 12348。" : "网络已断开。您写的内容不会丢失，恢复后自动发送；急事请拨打 12348。";
    $("connection").hidden = false;
  }, now === "retrying" ? 0 : SHORT_BREAK_MS);
}

function submit() {
  const text = $("text").value.trim();
  $("text").focus();
  if (!text) return;
  $("text").value = "";
  written();
  say(text);
}

function written() {
  const left = 4000 - $("text").value.length;
  $("left").hidden = left > WARN_LEFT;
  $("left").textContent = left > WARN_LEFT ? "" : `还可以输入 ${left} 个字`;
  keep("draft", $("text").value);
  if (state.state === "with_lawyer") typing.typed($("text").value);
}

function quickExit() {
  socket.stop();
  sessionStorage.clear();
  document.body.replaceChildren();
  location.replace(NEUTRAL_PAGE);
}

for (const [door, opener] of Object.entries(OPENERS)) {
  $("doors").append(make("button", { type: "button", className: "door", onclick: () => say(opener) }, door));
}
$("say").addEventListener("submit", (event) => { event.preventDefault(); submit(); });
$("text").addEventListener("input", written);
$("text").addEventListener("blur", () => typing.stop());
sendOnEnter($("text"), submit);
$("newer").addEventListener("click", toEnd);
$("log").addEventListener("scroll", () => {
  atEnd = $("log").scrollHeight - $("log").scrollTop - $("log").clientHeight < NEAR_END;
  if (atEnd) $("newer").hidden = true;
});
// A keyboard that opens, a place that is told above, a phone that is turned: who read the latest words still does.
new ResizeObserver(() => { if (atEnd) toEnd(); }).observe($("log"));
$("ask-lawyer").addEventListener("click", () => socket.send({ type: "ask_lawyer" }));
for (const id of ["later", "call-me", "change"]) $(id).addEventListener("click", () => promises.open("callback"));
$("write-me").addEventListener("click", () => promises.open("message"));
$("wait-now").addEventListener("click", () => socket.send({ type: "ask_lawyer" }));
$("cancel").addEventListener("click", () => socket.send({ type: "cancel_callback" }));
$("leave").addEventListener("click", () => socket.send({ type: "leave" }));
$("quick-exit").addEventListener("click", quickExit);
document.addEventListener("visibilitychange", () => { if (!document.hidden) document.title = TITLE; });
$("text").value = kept("draft", "");
for (const command of socket.outbox) if (command.type === "say") show(pendingView(command.client_id, command.text), true);
showPlace({ state: null });
socket.start();
