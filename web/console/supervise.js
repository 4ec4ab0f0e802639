// The supervisor's part of the page: all that is open, what stands still first; one of it watched, and what is done by hand.

import { $, clockTime, forPeople, make, paragraphs, toast } from "/assets/shared/page.js";
import { LIMBO, WHO, OPEN_STATES, label, waited } from "/assets/console/words.js";

const EVERY_MS = 5000;

export class Supervise {
  // `fetched(path)` asks the server for JSON; `send(frame)` sends a command.
  constructor({ fetched, send, onShown }) {
    Object.assign(this, { fetched, send, onShown });
    this.on = false;
    this.current = null;
    this.asking = null;
    this.last = 0;
    $("open-refresh").addEventListener("click", () => this.refresh());
    $("whisper").addEventListener("click", () => this.say("whisper"));
    $("join").addEventListener("click", () => this.say("join"));
    $("take-over").addEventListener("click", () => this.do({ type: "take_over" }));
    $("assign").addEventListener("click", () => this.ask("assign"));
    $("close-by-hand").addEventListener("click", () => this.ask("close"));
    $("by-hand-do").addEventListener("click", () => this.answer());
    $("unwatch").addEventListener("click", () => this.end());
    $("by-hand").addEventListener("submit", (event) => event.preventDefault());
    setInterval(() => { if (this.on && !document.hidden) this.refresh(); }, EVERY_MS);
  }

  begin(on) {
    this.on = on;
    $("supervising").hidden = !on;
    if (on) this.refresh();
    if (on && this.current) this.watch(this.current);
  }

  async refresh() {
    const found = await this.fetched("/api/supervisor/open");
    if (!found) return;
    const focused = $("open-list").contains(document.activeElement) ? document.activeElement.dataset.open : null;
    $("open-list").replaceChildren(...found.interactions.map((one) => this.card(one)));
    $("open-none").hidden = found.interactions.length > 0;
    if (focused) $("open-list").querySelector(`[data-open="${CSS.escape(focused)}"]`)?.focus();
    const current = found.interactions.find((one) => one.interaction_id === this.current?.interaction_id);
    if (current) this.facts(current);
  }

  card(one) {
    const limbo = one.limbo ? make("span", { className: "limbo" }, LIMBO[one.limbo] ?? one.limbo) : null;
    const since = one.waiting_since ? ` · 已等 ${waited((Date.now() - Date.parse(one.waiting_since)) / 1000)}` : "";
    const where = one.seat_name ? ` · ${one.seat_name}` : ["waiting", "offered"].includes(one.state) ? since : "";
    const properties = { type: "button", className: "tab", dataset: { open: one.interaction_id }, aria: { current: String(one.interaction_id === this.current?.interaction_id) }, onclick: () => this.watch(one) };
    return make("button", properties, limbo, make("strong", {}, one.number), make("br"), `${label("matters", one.matter)} · ${OPEN_STATES[one.state] ?? ""}${where}`);
  }

  watch(one) {
    this.current = one;
    this.last = 0;
    $("watched-log").replaceChildren();
    this.hideMore();
    this.facts(one);
    this.send({ type: "watch", interaction_id: one.interaction_id });
    this.onShown(true);
    for (const card of $("open-list").children) card.setAttribute("aria-current", String(card.dataset.open === one.interaction_id));
  }

  facts(one) {
    const held = one.held_until && Date.parse(one.held_until) > Date.now() ? `人工处理，${clockTime(one.held_until)} 前不自动改派` : null;
    $("watched-facts").textContent = ["监听", one.number, label("matters", one.matter), OPEN_STATES[one.state], one.seat_name, one.limbo ? LIMBO[one.limbo] : null, held].filter(Boolean).join(" · ");
    const talking = one.state === "with_lawyer", inLine = ["waiting", "offered"].includes(one.state);
    $("whisper").disabled = !["with_lawyer", "wrap_up"].includes(one.state);
    $("join").disabled = !talking;
    $("assign").disabled = !inLine;
    $("take-over").disabled = !talking && !inLine;
  }

  end() {
    if (!this.current) return;
    this.send({ type: "watch", interaction_id: this.current.interaction_id, on: false });
    this.current = null;
    this.onShown(false);
    this.refresh();
  }

  turn(frame) {
    if (frame.interaction_id !== this.current?.interaction_id || frame.seq <= this.last) return;
    this.last = frame.seq;
    const kind = frame.note ? "note" : frame.by === "lawyer" || frame.by === "supervisor" ? "own" : frame.by === "system" ? "system" : "";
    const who = `${frame.by === "lawyer" ? "律师" : WHO[frame.by]}${frame.note ? "（居民看不到）" : ""} · ${clockTime(frame.at)}`;
    $("watched-log").append(make("div", { className: `turn ${kind}` }, make("span", { className: "who" }, who), ...paragraphs(frame.text)));
    $("watched-log").scrollTop = $("watched-log").scrollHeight;
  }

  moved(frame) {
    if (frame.interaction_id !== this.current?.interaction_id) return;
    this.facts({ ...this.current, state: frame.state });
    this.refresh();
  }

  say(type) {
    const text = $("by-hand-text").value.trim();
    if (!text) return $("by-hand-text").focus();
    this.do({ type, text });
  }

  do(frame) {
    this.tell("");
    this.send({ ...frame, interaction_id: this.current.interaction_id });
  }

  async ask(what) {
    this.asking = what;
    $("by-hand-more").hidden = false;
    $("assign-to").hidden = what !== "assign";
    $("close-why").hidden = what !== "close";
    if (what === "close") return $("close-why").querySelector("input").focus();
    const list = $("assign-to").querySelector("select");
    list.replaceChildren(make("option", { value: "" }, "正在读取…"));
    list.focus();
    const seats = (await this.fetched("/api/seats"))?.seats ?? [];
    const free = seats.filter((one) => one.state === "free");
    list.replaceChildren(make("option", { value: "" }, free.length ? "请选择" : "暂无可接的坐席"), ...free.map((one) => make("option", { value: one.code }, `${one.name} · ${one.matters.map((code) => label("matters", code)).join("、")}`)));
  }

  answer() {
    const field = this.asking === "assign" ? $("assign-to").querySelector("select") : $("close-why").querySelector("input");
    const value = field.value.trim();
    if (!value) return field.focus();
    this.do(this.asking === "assign" ? { type: "assign", seat: value } : { type: "close", reason: value });
  }

  acknowledged(command) {
    if (["whisper", "join"].includes(command.type)) $("by-hand-text").value = "";
    if (["assign", "close"].includes(command.type)) this.hideMore();
    if (command.type === "take_over") this.end();
    if (["assign", "close", "take_over"].includes(command.type)) toast("已办理");
    this.refresh();
  }

  refused(frame) {
    this.tell(forPeople(frame.message));
  }

  hideMore() {
    $("by-hand-more").hidden = true;
    $("close-why").querySelector("input").value = "";
    this.tell("");
  }

  tell(text) {
    $("by-hand-error").textContent = text;
  }
}

export const BY_HAND = ["watch", "whisper", "join", "take_over", "assign", "close"];
