// The residents' page. Frames come in, state changes, the view follows; nothing is kept but the tab's own session.

import { Socket, clockTime, make, sessionStore } from "/assets/shared/socket.js";

const DOORS = ["欠薪工伤", "婚姻老人孩子", "房子邻里", "借钱被骗", "车祸受伤", "买东西", "被抓被罚", "说不清"];
const OPENERS = {
  欠薪工伤: "我想咨询欠薪或工伤的事", 婚姻老人孩子: "我想咨询婚姻家庭的事", 房子邻里: "我想咨询房子或邻里的事",
  借钱被骗: "我想咨询借钱或被骗的事", 车祸受伤: "我想咨询交通事故的事", 买东西: "我想咨询消费维权的事",
  被抓被罚: "我想咨询被抓或被罚的事", 说不清: "我说不清属于哪一类，想咨询一下",
};
const WHO = { bot: "智能助手", lawyer: "律师", system: "系统" };
const STARS = ["很差", "较差", "一般", "满意", "很满意"];
const NEUTRAL_PAGE = "https://www.gov.cn/";
const $ = (id) => document.getElementById(id);
const state = {
  token: sessionStorage.getItem("token"), interactionId: sessionStorage.getItem("interaction"),
  last: 0, stateSeq: -1, state: null, lawyer: null, number: null, rating: null, seen: new Set(), now: 0,
};
const socket = new Socket({
  path: "/chat/ws",
  hello: () => ({ token: state.token, ...(state.interactionId && state.last ? { interaction_id: state.interactionId } : {}), after: state.last }),
  onFrame: take,
  onState: showConnection,
  onRefused: forgetToken,
  store: sessionStore("outbox"),
});

const handlers = { welcome, turn, state: moved, rate_request: askRating, ack: acknowledged, error: refused };

function take(frame, command) {
  handlers[frame.type]?.(frame, command);
}

function welcome(frame) {
  state.token = frame.token;
  sessionStorage.setItem("token", frame.token);
  if (frame.interaction_id) follow(frame.interaction_id);
  if (frame.number) state.number = frame.number;
}

function follow(interactionId) {
  if (state.interactionId === interactionId) return;
  state.interactionId = interactionId;
  state.last = 0;
  state.stateSeq = -1;
  sessionStorage.setItem("interaction", interactionId);
}

function turn(frame) {
  follow(frame.interaction_id);
  if (frame.prev > state.last) return socket.resume();
  const key = `${frame.interaction_id}:${frame.seq}`;
  state.last = Math.max(state.last, frame.seq);
  if (state.seen.has(key)) return;
  state.seen.add(key);
  document.querySelector(`[data-client="${CSS.escape(frame.client_id ?? "")}"]`)?.remove();
  show(turnView(frame));
}

function turnView(frame) {
  const own = frame.by === "resident";
  const name = own ? "我" : frame.by === "lawyer" && state.lawyer ? state.lawyer : WHO[frame.by];
  const kind = frame.purpose === "emergency" ? "emergency" : frame.by === "system" ? "system" : own ? "own" : "";
  const who = make("span", { className: "who" }, `${name} · ${clockTime(frame.at)}`);
  return make("div", { className: `turn ${kind}` }, who, spoken(frame), basisView(frame), chipsView(frame));
}

// An answer with its legal basis: the basis line is folded under it instead of standing in the text.
function spoken(frame) {
  return frame.answer?.basis ? frame.text.split("\n").filter((line) => !line.startsWith("法律依据：")).join("\n") : withoutChips(frame);
}

function withoutChips(frame) {
  return frame.suggestions?.length ? frame.text.split("\n").filter((line) => !line.startsWith("· ")).join("\n") : frame.text;
}

function basisView(frame) {
  if (!frame.answer?.basis?.length) return null;
  const lines = frame.answer.basis.map((one) => make("li", {}, `《${one.law}》${one.article}`));
  return make("details", {}, make("summary", {}, "法律依据"), make("ul", {}, ...lines));
}

function chipsView(frame) {
  if (!frame.suggestions?.length) return null;
  const chips = frame.suggestions.map((text) => make("button", { type: "button", className: "chip", onclick: () => say(text) }, text));
  return make("div", { className: "chips" }, ...chips);
}

function show(view) {
  $("log").append(view);
  // A long answer is read from its beginning.
  view.scrollIntoView({ block: view.offsetHeight > $("log").clientHeight ? "start" : "end" });
}

function say(text) {
  const clientId = socket.send({ type: "say", text });
  const who = make("span", { className: "who" }, "我 · 发送中");
  show(make("div", { className: "turn own pending", dataset: { client: clientId } }, who, text));
}

function moved(frame) {
  if (frame.interaction_id !== state.interactionId) follow(frame.interaction_id);
  if (frame.seq < state.stateSeq) return;
  Object.assign(state, { stateSeq: frame.seq, state: frame.state, number: frame.number ?? state.number });
  if (frame.lawyer) state.lawyer = frame.lawyer;
  showPlace(frame);
  showEnded();
}

function showPlace(frame) {
  const told = placeText(frame);
  $("place").hidden = !told;
  $("place").textContent = told ?? "";
  $("ask-lawyer").disabled = !["with_bot", null, "closed", "abandoned"].includes(state.state);
  $("leave").disabled = [null, "closed", "abandoned", "wrap_up"].includes(state.state);
}

function placeText(frame) {
  if (frame.state === "offered") return "正在呼叫律师，请稍候…";
  if (frame.state === "with_lawyer") return `${frame.lawyer ?? "律师"} 正在为您服务`;
  if (frame.state !== "waiting") return null;
  const place = frame.position ? `您前面还有 ${frame.position - 1} 位` : "正在排队";
  if (frame.wait_s === undefined) return `${place}。现在没有能接待的律师在线，您的排队会一直保留，可以先把情况写下来。`;
  const minutes = Math.max(1, Math.round(frame.wait_s / 60));
  return `${place}，预计等待约 ${minutes} 分钟。您可以继续补充情况。`;
}

function showEnded() {
  const over = ["wrap_up", "closed", "abandoned"].includes(state.state);
  $("ended").hidden = !over || !state.number;
  if (over && state.number) {
    $("ended").replaceChildren("受理编号 ", make("span", { className: "number" }, state.number), "，请留存。继续输入即可再次咨询。");
  }
}

function askRating(frame) {
  state.rating = { interaction_id: frame.interaction_id, segment_id: frame.segment_id };
  $("rate").hidden = false;
}

function acknowledged(frame) {
  if (state.rated === frame.client_id) {
    $("rate").hidden = true;
    show(make("div", { className: "turn system" }, "感谢您的评价。"));
  }
}

function refused(frame, command) {
  document.querySelector(`[data-client="${CSS.escape(frame.client_id ?? "")}"]`)?.remove();
  if (command?.type === "say") $("text").value ||= command.text;
  show(make("div", { className: "turn system" }, frame.message));
}

function forgetToken() {
  sessionStorage.clear();
  Object.assign(state, { token: null, interactionId: null, last: 0 });
  return false;
}

function showConnection(now) {
  $("connection").hidden = now === "live";
  $("connection").textContent = now === "connecting" ? "正在连接…" : "网络断开，正在重新连接，您写的内容不会丢失。";
}

function submit(event) {
  event.preventDefault();
  const text = $("text").value.trim();
  if (!text) return $("text").focus();
  say(text);
  $("text").value = "";
  $("text").focus();
}

function rate(event) {
  event.preventDefault();
  const form = new FormData($("rate"));
  if (!form.get("score")) return document.querySelector("#stars input").focus();
  const solved = form.get("solved");
  state.rated = socket.send({
    type: "rate", ...state.rating, score: Number(form.get("score")),
    ...(solved ? { solved: solved === "true" } : {}), ...(form.get("comment") ? { comment: form.get("comment") } : {}),
  });
}

function quickExit() {
  socket.stop();
  sessionStorage.clear();
  location.replace(NEUTRAL_PAGE);
}

for (const door of DOORS) {
  $("doors").append(make("button", { type: "button", className: "door", onclick: () => say(OPENERS[door]) }, door));
}
STARS.forEach((label, index) => {
  const input = make("input", { type: "radio", name: "score", value: String(index + 1) });
  $("stars").append(make("label", {}, input, make("br"), label));
});
$("say").addEventListener("submit", submit);
$("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
});
$("ask-lawyer").addEventListener("click", () => socket.send({ type: "ask_lawyer" }));
$("leave").addEventListener("click", () => socket.send({ type: "leave" }));
$("rate").addEventListener("submit", rate);
$("rate-later").addEventListener("click", () => { $("rate").hidden = true; });
$("quick-exit").addEventListener("click", quickExit);
socket.start();
