// The lawyers' page: sign in, take offers, talk, note, release, wrap up. Several tabs of a seat show the same.

import { Socket, clockTime, make, sessionStore } from "/assets/shared/socket.js";

const WHO = { resident: "居民", bot: "智能助手", lawyer: "我", system: "系统", supervisor: "班长" };
const STATES = { with_lawyer: "服务中", wrap_up: "待小结", closed: "已办结", waiting: "已回到排队" };
const CHOSEN = { last_lawyer: "上次由您服务", specialist: "专长匹配", generalist: "综合坐席优先接待未分类咨询", longest_idle: "您等候最久" };
const DECLINES = [["conflict", "利益冲突"], ["competence", "不熟悉该领域"], ["busy", "暂时不便"]];
const URGENCIES = { danger: "人身危险", deadline: "期限临近", protected: "重点群体", normal: "一般" };
const $ = (id) => document.getElementById(id);
const talks = new Map();
const offers = new Map();
let codes = null;
let current = null;
let skew = 0;
let socket = null;

async function signIn(event) {
  event.preventDefault();
  const form = new FormData($("login"));
  const answer = await post("/api/login", Object.fromEntries(form));
  if (!answer.ok) {
    $("login-error").textContent = answer.body.message ?? "登录失败，请稍后再试";
    return;
  }
  sessionStorage.setItem("console-token", answer.body.token);
  await open();
}

async function post(path, body) {
  try {
    const answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    return { ok: answer.ok, body: await answer.json() };
  } catch {
    return { ok: false, body: { message: "网络不通，请检查后重试" } };
  }
}

async function open() {
  const token = sessionStorage.getItem("console-token");
  const answer = await fetch("/api/codes", { headers: { Authorization: `Bearer ${token}` } });
  if (!answer.ok) return signedOut();
  codes = await answer.json();
  fillForm();
  $("login").hidden = true;
  $("desk").hidden = false;
  socket = new Socket({ path: "/console/ws", hello, onFrame: take, onState: showConnection, onRefused: refusedToken, store: sessionStore("console-outbox") });
  socket.start();
}

function hello() {
  const after = Object.fromEntries([...talks.values()].map((talk) => [talk.id, talk.last]));
  return { token: sessionStorage.getItem("console-token"), after };
}

function refusedToken() {
  signedOut();
  return true;
}

function signedOut() {
  sessionStorage.clear();
  $("login").hidden = false;
  $("desk").hidden = true;
}

const handlers = { welcome, offer, offer_gone: offerGone, turn, state: moved, status, error: refused };

function take(frame, command) {
  handlers[frame.type]?.(frame, command);
}

function welcome(frame) {
  tellTime(frame);
  $("seat").textContent = frame.seat_name ?? frame.display_name ?? "没有坐席";
  document.title = `${$("seat").textContent} · 律师坐席`;
  offers.clear();
  showStatus(frame.status, frame.reason);
  const held = new Set(frame.interactions.map((one) => one.interaction_id));
  for (const id of talks.keys()) if (!held.has(id)) talks.delete(id);
  for (const one of frame.interactions) note(one);
  draw();
}

function tellTime(frame) {
  if (frame.now) skew = Date.parse(frame.now) - Date.now();
}

function note(facts) {
  const talk = talks.get(facts.interaction_id) ?? { id: facts.interaction_id, turns: [], last: 0, unread: 0 };
  talks.set(talk.id, Object.assign(talk, { number: facts.number ?? talk.number, state: facts.state ?? talk.state, matter: facts.matter ?? talk.matter, urgency: facts.urgency ?? talk.urgency }));
  current ??= talk.id;
  return talk;
}

function offer(frame) {
  tellTime(frame);
  offers.set(frame.offer_id, frame);
  ring();
  draw();
}

function offerGone(frame) {
  offers.delete(frame.offer_id);
  const told = { lapsed: "该服务超时未接，已转给其他坐席", resident_left: "居民已离开", accepted_elsewhere: null, withdrawn: null }[frame.reason];
  if (told) toast(told);
  draw();
}

function turn(frame) {
  const talk = talks.get(frame.interaction_id) ?? note({ interaction_id: frame.interaction_id });
  if (frame.prev > talk.last) return socket.resume();
  if (frame.seq <= talk.last) return;
  talk.last = frame.seq;
  talk.turns.push(frame);
  if (frame.by === "resident" && talk.id !== current) talk.unread += 1;
  draw();
}

function moved(frame) {
  const known = talks.has(frame.interaction_id);
  if (!known && !["with_lawyer", "wrap_up"].includes(frame.state)) return;
  const talk = note(frame);
  if (frame.state === "with_lawyer" && !known) current = talk.id;
  if (!["with_lawyer", "wrap_up"].includes(frame.state)) {
    talks.delete(talk.id);
    if (current === talk.id) current = talks.keys().next().value ?? null;
  }
  draw();
}

function status(frame) {
  showStatus(frame.status, frame.reason);
  if (frame.reason === "missed_offers") toast("多次超时未接，已自动设为示忙");
}

function showStatus(now, reason) {
  const away = reason === "小休" ? "away:小休" : "away:示忙";
  $("status").value = now === "available" ? "available" : away;
}

function refused(frame) {
  toast(frame.message);
}

function draw() {
  drawOffers();
  drawTabs();
  drawTalk();
}

function drawOffers() {
  $("offers").replaceChildren(...[...offers.values()].map(offerView));
  if (!offers.size) $("offers").append(make("p", { className: "keys" }, "暂无"));
}

function offerView(one) {
  const left = make("strong", { dataset: { expires: one.expires_at } }, secondsLeft(one.expires_at));
  const head = make("p", {}, make("strong", {}, label("matters", one.matter)), ` · ${label("channels", one.channel)} · `, left);
  const waited = make("p", {}, `${one.number} · 已等 ${Math.round(one.waited_s)} 秒 · ${URGENCIES[one.urgency] ?? ""}`);
  const why = one.why ?? {};
  const reasons = make("details", {}, make("summary", {}, "为什么给您"), `${CHOSEN[why.chosen_for] ?? "按规则分配"}，可接坐席 ${why.eligible ?? "?"} 个，队列第 ${why.place ?? "?"} 位`);
  const accept = make("button", { type: "button", className: "button first", onclick: () => answer(one, { type: "accept" }) }, "接听");
  const declines = DECLINES.map(([reason, text]) => make("option", { value: reason }, text));
  const decline = make("select", { aria: { label: "暂不接" }, onchange: (event) => answer(one, { type: "decline", reason: event.target.value }) }, make("option", { value: "" }, "暂不接…"), ...declines);
  return make("div", { className: `offer ${one.urgency === "danger" ? "danger" : ""}` }, head, waited, reasons, make("div", { className: "row" }, accept, decline));
}

function answer(one, frame) {
  socket.send({ ...frame, offer_id: one.offer_id });
  if (frame.type === "accept") current = one.interaction_id;
  offers.delete(one.offer_id);
  draw();
}

function drawTabs() {
  const views = [...talks.values()].map((talk) => {
    const unread = talk.unread ? make("span", { className: "unread" }, String(talk.unread)) : null;
    const text = `${label("matters", talk.matter)} · ${STATES[talk.state] ?? ""}`;
    return make("button", { type: "button", className: "tab", role: "tab", aria: { selected: String(talk.id === current) }, onclick: () => choose(talk.id) }, unread, make("strong", {}, talk.number ?? ""), make("br"), text);
  });
  $("tabs").replaceChildren(...views);
}

function choose(id) {
  current = id;
  draw();
  $("text").focus();
}

function drawTalk() {
  const talk = talks.get(current);
  $("talk").hidden = !talk;
  $("idle").hidden = Boolean(talk);
  if (!talk) return;
  talk.unread = 0;
  $("facts").textContent = `${talk.number ?? ""} · ${label("matters", talk.matter)} · ${STATES[talk.state] ?? ""}${talk.urgency === "danger" ? " · 注意：可能有人身危险" : ""}`;
  $("log").replaceChildren(...talk.turns.map(turnView));
  $("log").scrollTop = $("log").scrollHeight;
  $("say").hidden = false;
  $("release").hidden = talk.state !== "with_lawyer";
  $("text").disabled = false;
  $("wrap-up").hidden = talk.state !== "wrap_up";
  $("say").hidden = talk.state === "wrap_up";
}

function turnView(frame) {
  const kind = frame.note ? "note" : frame.by === "lawyer" ? "own" : frame.by === "system" ? "system" : "";
  const name = frame.note ? "内部备注（居民看不到）" : WHO[frame.by];
  return make("div", { className: `turn ${kind}` }, make("span", { className: "who" }, `${name} · ${clockTime(frame.at)}`), frame.text);
}

function label(list, code) {
  return codes?.[list]?.[code] ?? code ?? "";
}

function sendText(type) {
  const text = $("text").value.trim();
  if (!text || !current) return;
  socket.send({ type, interaction_id: current, text });
  $("text").value = "";
  $("text").focus();
}

function wrapUp(event) {
  event.preventDefault();
  const form = new FormData($("wrap-up"));
  const groups = form.getAll("caller_groups");
  const optional = { ...(form.get("other_party") ? { other_party: form.get("other_party") } : {}), ...(groups.length ? { caller_groups: groups } : {}) };
  socket.send({
    type: "wrap_up", interaction_id: current, matter: form.get("matter"), district: form.get("district"),
    request_kind: form.get("request_kind"), outcome: form.get("outcome"), summary: form.get("summary"),
    aid_informed: form.get("aid_informed") === "on", ...optional,
  });
  $("wrap-up").reset();
}

function fillForm() {
  const lists = { matter: "matters", district: "districts", request_kind: "request_kinds", outcome: "outcomes", caller_groups: "caller_groups" };
  for (const [field, list] of Object.entries(lists)) {
    const options = Object.entries(codes[list]).map(([code, text]) => make("option", { value: code }, text));
    const first = field === "caller_groups" ? [] : [make("option", { value: "" }, "请选择")];
    $("wrap-up").elements[field].replaceChildren(...first, ...options);
  }
}

function secondsLeft(at) {
  return `${Math.max(0, Math.ceil((Date.parse(at) - Date.now() - skew) / 1000))} 秒`;
}

function ring() {
  try {
    const audio = new AudioContext();
    const tone = audio.createOscillator();
    tone.connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + 0.25);
  } catch { /* no sound device: the card and the title tell it */ }
  document.title = "● 待接入 · 律师坐席";
}

function toast(text) {
  $("toast").textContent = text;
  $("toast").hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { $("toast").hidden = true; }, 5000);
}

function showConnection(now) {
  $("connection").textContent = now === "live" ? "" : "连接中断，正在重连；重连前不要回复";
  $("text").disabled = now !== "live";
}

function keys(event) {
  if (!event.altKey) return;
  if (event.key.toLowerCase() === "a" && offers.size) answer([...offers.values()][0], { type: "accept" });
  const number = Number(event.key);
  if (number >= 1 && number <= talks.size) choose([...talks.keys()][number - 1]);
}

$("login").addEventListener("submit", signIn);
$("say").addEventListener("submit", (event) => { event.preventDefault(); sendText("say"); });
$("note").addEventListener("click", () => sendText("note"));
$("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); sendText("say"); }
});
$("release").addEventListener("click", () => socket.send({ type: "release", interaction_id: current }));
$("wrap-up").addEventListener("submit", wrapUp);
$("status").addEventListener("change", (event) => {
  const [now, reason] = event.target.value.split(":");
  socket.send({ type: "status", status: now, ...(reason ? { reason } : {}) });
});
$("logout").addEventListener("click", async () => {
  await fetch("/api/logout", { method: "POST", headers: { Authorization: `Bearer ${sessionStorage.getItem("console-token")}` } });
  socket.stop();
  signedOut();
});
document.addEventListener("keydown", keys);
setInterval(() => {
  for (const element of document.querySelectorAll("[data-expires]")) element.textContent = secondsLeft(element.dataset.expires);
}, 500);
if (sessionStorage.getItem("console-token")) open();
