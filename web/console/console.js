// The lawyers' page: sign in, take offers, talk, note, release, wrap up. Several tabs of a seat show the same.

import { $, TypingSignal, keep, kept, sendOnEnter, showTyping, toast } from "/assets/shared/page.js";
import { Socket } from "/assets/shared/socket.js";
import { Bell } from "/assets/console/bell.js";
import { Leaving } from "/assets/console/leaving.js";
import { Owed } from "/assets/console/owed.js";
import { Offers } from "/assets/console/offers.js";
import { Talks, factsOf } from "/assets/console/talks.js";
import { TransferDialog, resultOf, underWay } from "/assets/console/transfer.js";
import { PartiesDialog } from "/assets/console/parties.js";
import { BY_HAND, Supervise } from "/assets/console/supervise.js";
import * as wrapUp from "/assets/console/wrap_up.js";
import { AWAY, GONE, learn } from "/assets/console/words.js";

const OUTBOX = "console-outbox";
const SHORT_BREAK_MS = 1200;
let socket = null;
let live = false;
let accepted = null;
let seatless = false;
const bell = new Bell();
const offers = new Offers({ answer, bell });
const talks = new Talks({ onShown: showTalk });
const owed = new Owed((frame) => live && socket.send(frame));
const typing = new TypingSignal((on) => socket?.signal({ type: "typing", interaction_id: typing.about, on }));
const transfer = new TransferDialog({ fetched, send: (fields) => socket.send({ type: "transfer", ...fields }) });
const leaving = new Leaving({ send: (frame) => socket.send(frame), show, drafts: unsent, clear: (id) => { talks.draft(id).text = ""; talks.keepDrafts(); if (talks.current === id) $("text").value = ""; }, out: loggedOut, again });
const parties = new PartiesDialog((fields) => socket.send({ type: "parties", ...fields }));
const supervise = new Supervise({ fetched, send: (frame) => socket.send(frame), onShown: showWatched });
const handlers = {
  conflict: inConflict, taken_over: takenOver,
  transfer_asked: transferAsked, transfer_result: transferResult,
  welcome, offer, offer_gone: offerGone, turn, work, state: moved, status, ack: acknowledged, error: refused,
  typing: (frame) => { const talk = talks.get(frame.interaction_id); if (talk) showTyping(talk.typing, frame.on); },
};

async function signIn(event) {
  event.preventDefault();
  const button = $("login").querySelector("button");
  const form = Object.fromEntries(new FormData($("login")));
  button.disabled = true;
  const answer = await post("/api/login", form);
  button.disabled = false;
  if (!answer.ok) {
    const retry = answer.body.retry_s ? `，约 ${Math.ceil(answer.body.retry_s)} 秒后可再试` : "";
    $("login-error").textContent = `${answer.body.message ?? "登录失败，请稍后再试"}${retry}`;
    return;
  }
  // Words that somebody else left in this tab are not ours to send.
  if (kept("console-account", null) !== form.username) forget();
  keep("console-account", form.username);
  keep("console-token", answer.body.token);
  $("login").reset();
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
  const token = kept("console-token", null);
  let answer;
  try {
    answer = await fetch("/api/codes", { headers: { Authorization: `Bearer ${token}` } });
  } catch {
    return signedOut("网络不通，请检查后重新签入");
  }
  if (!answer.ok) return signedOut(answer.status === 401 ? "登录已失效，请重新签入" : "服务暂时不可用，请稍后再试");
  learn(await answer.json());
  wrapUp.fillLists();
  $("login-error").textContent = "";
  $("login").hidden = true;
  $("desk").hidden = false;
  socket?.stop();
  socket = new Socket({ path: "/console/ws", hello, onFrame: take, onState: showConnection, onRefused: loginEnded, outbox: OUTBOX });
  socket.start();
}

function hello() {
  return { token: kept("console-token", null), after: talks.cursors(), beats: true };
}

function loginEnded() {
  signedOut("登录已失效，请重新签入；未发送的内容会保留");
  return true;
}

function signedOut(why) {
  socket?.stop();
  sessionStorage.removeItem("console-token");
  leaving.seated();
  offers.clear();
  talks.keepOnly(new Set());
  $("desk").hidden = true;
  $("login").hidden = false;
  $("login-error").textContent = why;
  document.title = "律师坐席";
  $("login").elements.username.focus();
}

function forget() {
  for (const name of [OUTBOX, "console-drafts", "console-account"]) sessionStorage.removeItem(name);
  talks.drafts = {};
}

function take(frame, command) {
  handlers[frame.type]?.(frame, command);
  if (frame.type !== "ack") drawRest();
}

// What the server answers as JSON; null where it does not.
async function fetched(path) {
  try {
    const answer = await fetch(path, { headers: { Authorization: `Bearer ${kept("console-token", null)}` } });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

function inConflict(frame) {
  const talk = talks.get(frame.interaction_id);
  if (!talk) return;
  talk.conflict = frame.message;
  if (talk === talks.shown) showConflict(talk);
}

function showConflict(talk) {
  $("conflict").textContent = talk.conflict ?? "";
  $("conflict").hidden = !talk.conflict;
}

function takenOver(frame) {
  const talk = talks.get(frame.interaction_id);
  if (!talk) return;
  toast(`${talk.number ?? "该服务"} 已由班长接管`);
  talks.dropDraft(talk.id);
  talks.end(talk.id);
}

// What is watched stands in place of the talk, until it is ended or a talk is chosen.
function showWatched(on) {
  $("watched").hidden = !on;
  $("talk").hidden = on || !talks.shown;
  $("idle").hidden = on || Boolean(talks.shown);
  // On a phone it stands below the list.
  if (on) $("watched").scrollIntoView({ block: "nearest" });
}

function welcome(frame) {
  offers.tellTime(frame.now);
  offers.clear();
  $("seat").textContent = frame.seat_name ?? frame.display_name;
  $("seat").dataset.code = frame.seat ?? "";
  $("status").hidden = !frame.seat;
  seatless = !frame.seat;
  leaving.seated();
  // A lawyer without a seat is told why by the error that follows.
  if (frame.seat) $("idle-text").textContent = "暂无在手服务。示闲后，新的服务会响铃并出现在“待接入”里。";
  else if (frame.role !== "lawyer") $("idle-text").textContent = "您没有坐席：您的角色不接待居民。";
  $("desk").dataset.role = frame.role;
  supervise.begin(frame.role === "supervisor");
  $("status").hidden = !frame.seat || frame.role === "supervisor";
  if (frame.role === "supervisor") $("idle-text").textContent = "从“全部在办”选一项监听；可密语、强插、指派、接管或关闭，每次查看都会留痕。";
  $("roster-link").hidden = !["supervisor", "admin"].includes(frame.role);
  showStatus(frame.status, frame.reason);
  talks.nobodyTypes();
  talks.keepOnly(new Set(frame.interactions.map((one) => one.interaction_id)));
  for (const one of frame.interactions) talks.note(one);
  showTalk(talks.shown);
}

function offer(frame) {
  offers.tellTime(frame.now);
  offers.add(frame);
}

function offerGone(frame) {
  offers.remove(frame.offer_id);
  if (GONE[frame.reason]) toast(GONE[frame.reason]);
}

function turn(frame) {
  if (frame.watched) return supervise.turn(frame);
  if (!talks.turn(frame)) return socket.resume();
  if (frame.answer?.suggested && frame.interaction_id === talks.current) wrapUp.suggest(talks.shown.suggested, keepForm);
  if (frame.by === "resident") bell.word();
}

function moved(frame) {
  if (frame.watched) return supervise.moved(frame);
  const known = talks.move(frame);
  toAccepted();
  if (frame.state === "closed") talks.dropDraft(frame.interaction_id);
  if (known && frame.state === "waiting") toast(`${known.number ?? "该服务"} 已回到排队`);
}

function transferAsked(frame) {
  const talk = talks.get(frame.interaction_id);
  if (!talk) return;
  talk.moving = { matter: frame.matter, seat_name: frame.seat_name };
  if (talk === talks.shown) showMoving(talk);
}

function transferResult(frame) {
  const talk = talks.get(frame.interaction_id);
  if (!talk) return;
  talk.moving = null;
  const told = resultOf(frame.result);
  if (told) toast(`${talk.number ?? "该服务"} ${told}`);
  if (frame.result === "accepted") {
    transfer.gone(talk.id);
    talks.dropDraft(talk.id);
    talks.end(talk.id);
  } else if (talk === talks.shown) showMoving(talk);
}

function showMoving(talk) {
  const told = underWay(talk);
  $("moving").textContent = told;
  $("moving").hidden = !told;
  const talking = talk.state === "with_lawyer";
  $("transfer").hidden = !talking || Boolean(told);
  $("cancel-transfer").hidden = !talking || !told;
}

function work(frame) {
  const talk = talks.owe(frame);
  if (talk !== talks.shown) return;
  // What came of it is chosen in advance; whoever began the form keeps what stands there.
  if (frame.state === "unreachable" && !talks.draft(talk.id).form) restore(talk);
  showTalk(talk);
}

function status(frame) {
  showStatus(frame.status, frame.reason);
  // Coming back to the line signs in: after signing out, only when the lawyer says so.
  if (frame.status !== "signed_out" || leaving.leaving) return;
  socket.stop();
  offers.clear();
  talks.keepOnly(new Set());
  leaving.seatless("您已签出该坐席。要继续接待，请点“签入”。", { retry: false });
}

function again() {
  if (socket.stopped) open();
  else socket.resume();
}

function show(id) {
  talks.choose(id);
  $(talks.shown?.state === "wrap_up" ? "wrap-up" : "text").focus();
}

function unsent() {
  return [...talks.byId.keys()].filter((id) => talks.draft(id).text.trim());
}

function showStatus(now, reason) {
  const away = reason === "小休" ? "小休" : "示忙";
  for (const button of $("status").querySelectorAll("button")) {
    const pressed = button.dataset.status === now && (now === "available" || button.dataset.reason === away);
    button.setAttribute("aria-pressed", String(pressed));
  }
  $("away").hidden = now !== "away";
  $("away").textContent = now === "away" ? AWAY[reason] ?? AWAY.other : "";
}

// The ack of an acceptance may come before the talk itself: whichever is second leads to the box.
function acknowledged(frame, command) {
  if (command?.type === "parties") parties.acknowledged(frame);
  if (BY_HAND.includes(command?.type)) supervise.acknowledged(command);
  if (command?.type === "transfer") transfer.acknowledged(frame);
  leaving.acknowledged(command);
  if (command?.type !== "accept") return;
  accepted = frame.interaction_id;
  toAccepted();
}

function toAccepted() {
  if (!accepted || talks.current !== accepted) return;
  accepted = null;
  $("text").focus();
}

function refused(frame, command) {
  if (seatless && !command) return leaving.seatless(frame.message, { retry: true });
  if (command?.type === "parties" && parties.refused(frame, command)) return;
  if (BY_HAND.includes(command?.type)) return supervise.refused(frame);
  if (command?.type === "transfer" && transfer.refused(frame, command)) return;
  if (leaving.refused(frame, command)) return;
  if (command?.type === "wrap_up" && command.interaction_id === talks.current) return wrapUp.refused(frame);
  if (!talks.refused(frame, command)) toast(frame.message);
}

function answer(one, frame) {
  socket.send({ ...frame, offer_id: one.offer_id });
  offers.remove(one.offer_id);
  drawRest();
}

function drawRest() {
  talks.drawTabs();
  const unread = [...talks.byId.values()].reduce((sum, talk) => sum + talk.unread, 0);
  const calls = offers.size ? `● ${offers.size} 个待接入 · ` : unread ? `(${unread}) ` : "";
  document.title = `${calls}${$("seat").textContent} · 律师坐席`;
}

function showTalk(talk) {
  $("watched").hidden = true;
  $("talk").hidden = !talk;
  $("idle").hidden = Boolean(talk);
  typing.stop();
  if (!talk) return;
  typing.about = talk.id;
  $("facts").textContent = factsOf(talk);
  $("facts").classList.toggle("danger", talk.urgency === "danger");
  const wrapping = talk.state === "wrap_up";
  if ($("text").dataset.draftOf !== talk.id || $("talk").dataset.state !== talk.state) restore(talk);
  $("talk").dataset.state = talk.state;
  $("send").hidden = $("release").hidden = wrapping;
  showMoving(talk);
  showConflict(talk);
  $("wrap-up").hidden = !wrapping;
  $("text").placeholder = wrapping ? "补充内部备注…" : "回复居民…";
  $("text").rows = wrapping ? 2 : 3;
  enable();
  owed.show(talk);
  drawRest();
}

function restore(talk) {
  const draft = talks.draft(talk.id);
  $("text").dataset.draftOf = talk.id;
  $("text").value = draft.text;
  const outcome = talk.work?.state === "unreachable" ? [["outcome", "unreachable"]] : [];
  wrapUp.restore(draft.form ?? [["matter", talk.matter], ...outcome]);
  wrapUp.suggest(talk.suggested, keepForm);
}

function enable() {
  for (const button of document.querySelectorAll("#work button, #owed button")) button.disabled = !live;
  if (Owed.shuts(talks.shown)) $("release").disabled = $("transfer").disabled = true;
}

function sendText(type) {
  const text = $("text").value.trim();
  const talk = talks.shown;
  $("text").focus();
  if (!text || !talk || !live || (type === "say" && talk.state !== "with_lawyer")) return;
  const frame = { type, interaction_id: talk.id, text };
  talks.showPending(talk.id, socket.send(frame), frame);
  $("text").value = "";
  written();
}

function written() {
  const talk = talks.shown;
  if (!talk) return;
  talks.draft(talk.id).text = $("text").value;
  talks.keepDrafts();
  if (talk.state === "with_lawyer") typing.typed($("text").value);
}

function submitWrapUp(event) {
  event.preventDefault();
  const fields = wrapUp.read();
  if (fields && live) socket.send({ type: "wrap_up", interaction_id: talks.current, ...fields });
}

function keepForm() {
  talks.draft(talks.current).form = wrapUp.values();
  talks.keepDrafts();
}

// What is shown may be old until the line is live again: nothing is sent meanwhile, what was sent is sent again.
function showConnection(now) {
  live = now === "live";
  enable();
  if (live) {
    clearTimeout(showConnection.timer);
    showConnection.timer = null;
    $("connection").textContent = "";
    return;
  }
  showConnection.timer ??= setTimeout(() => {
    $("connection").textContent = "正在重新连接…写的内容会保留，连上后再发送";
  }, now === "retrying" ? 0 : SHORT_BREAK_MS);
}

// Signing out asks the seat first: what is still open there is listed. Without a line or a seat there is none to ask.
function logOut() {
  if (live && !seatless && !socket.stopped) leaving.ask();
  else loggedOut();
}

async function loggedOut() {
  const token = kept("console-token", null);
  signedOut("");
  forget();
  await fetch("/api/logout", { method: "POST", headers: { Authorization: `Bearer ${token}` } }).catch(() => {});
}

function keys(event) {
  if (!event.altKey || event.ctrlKey) return;
  if (event.code === "KeyA" && offers.size) {
    event.preventDefault();
    answer(offers.first(), { type: "accept" });
  }
  const id = [...talks.byId.keys()][Number(event.key) - 1];
  if (!id) return;
  event.preventDefault();
  talks.choose(id);
  $("text").focus();
}

$("login").addEventListener("submit", signIn);
$("say").addEventListener("submit", (event) => { event.preventDefault(); sendText(talks.shown?.state === "wrap_up" ? "note" : "say"); });
$("note").addEventListener("click", () => sendText("note"));
$("text").addEventListener("input", written);
$("text").addEventListener("blur", () => typing.stop());
sendOnEnter($("text"), () => sendText(talks.shown?.state === "wrap_up" ? "note" : "say"));
$("release").addEventListener("click", () => socket.send({ type: "release", interaction_id: talks.current }));
$("parties").addEventListener("click", () => parties.open(talks.shown));
$("transfer").addEventListener("click", () => transfer.open(talks.shown, $("seat").dataset.code));
$("cancel-transfer").addEventListener("click", () => socket.send({ type: "cancel_transfer", interaction_id: talks.current }));
$("wrap-up").addEventListener("submit", submitWrapUp);
$("wrap-up").addEventListener("input", keepForm);
$("status").addEventListener("click", (event) => {
  const { status: now, reason } = event.target.dataset;
  if (now) socket.send({ type: "status", status: now, ...(reason ? { reason } : {}) });
});
$("sound").addEventListener("click", () => bell.enable());
$("logout").addEventListener("click", logOut);
document.addEventListener("keydown", keys);
document.addEventListener("visibilitychange", () => {
  if (document.hidden || !talks.shown) return;
  talks.shown.unread = 0;
  drawRest();
});
if (kept("console-token", null)) open();
