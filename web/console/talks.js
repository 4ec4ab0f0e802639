// Interactions in hand: each with its own words on the screen, its own draft and its own 小结, so that nothing that was
// begun for one resident can reach another.

import { $, clockTime, keep, kept, make, markFailed, paragraphs, showTyping } from "/assets/shared/page.js";
import { DANGERS, STATES, URGENCIES, WHO, label, waited } from "/assets/console/words.js";

const IN_HAND = ["with_lawyer", "wrap_up"];
const FACTS = ["number", "state", "matter", "urgency", "dangers", "channel", "waited_s"];
const NEAR_END = 120;

export class Talks {
  constructor({ onShown, onRedraw }) {
    Object.assign(this, { onShown, onRedraw });
    this.byId = new Map();
    this.current = null;
    this.drafts = kept("console-drafts", {});
  }

  get(id) {
    return this.byId.get(id);
  }

  get shown() {
    return this.byId.get(this.current);
  }

  cursors() {
    return Object.fromEntries([...this.byId.values()].map((talk) => [talk.id, talk.last]));
  }

  note(facts) {
    const known = this.byId.get(facts.interaction_id);
    const talk = known ?? this.begin(facts.interaction_id);
    for (const name of FACTS) talk[name] = facts[name] ?? talk[name];
    if ("number" in facts) talk.moving = facts.transfer ?? null;
    if (!this.current) this.choose(talk.id);
    return talk;
  }

  owe(work) {
    const talk = this.byId.get(work.interaction_id) ?? this.note({ interaction_id: work.interaction_id });
    talk.work = work;
    return talk;
  }

  begin(id) {
    const turns = make("div", { className: "log", role: "log", aria: { live: "polite", label: "消息" }, hidden: true });
    const typing = make("p", { className: "typing", hidden: true }, "居民正在输入…");
    const talk = { id, turns, typing, last: 0, unread: 0 };
    turns.append(typing);
    $("log").append(turns);
    this.byId.set(id, talk);
    return talk;
  }

  end(id) {
    this.byId.get(id)?.turns.remove();
    this.byId.delete(id);
    if (this.current === id) this.choose(this.byId.keys().next().value ?? null);
  }

  nobodyTypes() {
    for (const talk of this.byId.values()) showTyping(talk.typing, false);
  }

  keepOnly(ids) {
    for (const id of [...this.byId.keys()]) if (!ids.has(id)) this.end(id);
  }

  move(frame) {
    const known = this.byId.get(frame.interaction_id);
    if (!IN_HAND.includes(frame.state)) {
      this.end(frame.interaction_id);
      return known;
    }
    const talk = this.note(frame);
    if (talk.state !== "with_lawyer") showTyping(talk.typing, false);
    if (!known) this.choose(frame.interaction_id);
    if (frame.interaction_id === this.current) this.onShown(this.shown);
    return known;
  }

  choose(id) {
    this.current = id;
    for (const talk of this.byId.values()) talk.turns.hidden = talk.id !== id;
    if (this.shown) this.shown.unread = 0;
    this.onShown(this.shown);
    if (this.shown) toEnd();
  }

  // False where a turn is missing in between.
  turn(frame) {
    const talk = this.byId.get(frame.interaction_id) ?? this.note({ interaction_id: frame.interaction_id });
    if (frame.prev > talk.last) return false;
    if (frame.seq <= talk.last) return true;
    talk.last = frame.seq;
    if (frame.answer?.suggested) talk.suggested = frame.answer.suggested;
    this.pending(frame.client_id)?.remove();
    if (frame.by === "resident") showTyping(talk.typing, false);
    this.show(talk, turnView(frame));
    if (frame.by === "resident" && (talk.id !== this.current || document.hidden)) talk.unread += 1;
    return true;
  }

  show(talk, view) {
    const log = $("log");
    const near = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END;
    talk.typing.before(view);
    if (talk.id === this.current && (near || view.classList.contains("own"))) toEnd();
  }

  showPending(id, clientId, frame) {
    const talk = this.byId.get(id);
    if (!talk) return;
    const name = frame.type === "note" ? "内部备注" : "我";
    const who = make("span", { className: "who" }, `${name} · 发送中`);
    this.show(talk, make("div", { className: "turn own pending", dataset: { client: clientId } }, who, ...paragraphs(frame.text)));
  }

  pending(clientId) {
    return clientId ? document.querySelector(`[data-client="${CSS.escape(clientId)}"]`) : null;
  }

  // True where the words could be kept on the screen.
  refused(frame, command) {
    const view = this.pending(frame.client_id);
    if (!view) return false;
    delete view.dataset.client;
    markFailed(view, command?.text ?? "", frame.message, $("text"));
    return true;
  }

  draft(id) {
    return (this.drafts[id] ??= { text: "", form: null });
  }

  keepDrafts() {
    const empty = ([, draft]) => draft.text || draft.form;
    keep("console-drafts", Object.fromEntries(Object.entries(this.drafts).filter(empty)));
  }

  dropDraft(id) {
    delete this.drafts[id];
    this.keepDrafts();
  }

  drawTabs() {
    const focused = $("tabs").contains(document.activeElement) ? document.activeElement.dataset.talk : null;
    $("tabs").replaceChildren(...[...this.byId.values()].map((talk) => this.tab(talk)));
    $("no-talks").hidden = this.byId.size > 0;
    if (focused) $("tabs").querySelector(`[data-talk="${CSS.escape(focused)}"]`)?.focus();
  }

  tab(talk) {
    const unread = talk.unread ? make("span", { className: "unread" }, make("span", { className: "visually-hidden" }, "未读 "), String(talk.unread)) : null;
    const text = `${label("matters", talk.matter)} · ${STATES[talk.state] ?? ""}`;
    const properties = { type: "button", className: "tab", dataset: { talk: talk.id }, aria: { current: String(talk.id === this.current) }, onclick: () => this.choose(talk.id) };
    return make("button", properties, unread, make("strong", {}, talk.number ?? ""), make("br"), text);
  }
}

export function factsOf(talk) {
  const danger = talk.urgency === "danger" ? `注意：可能有人身危险${talk.dangers?.length ? `（${talk.dangers.map((one) => DANGERS[one] ?? one).join("、")}）` : ""}` : null;
  const urgency = talk.urgency && !["normal", "danger"].includes(talk.urgency) ? URGENCIES[talk.urgency] : null;
  const wait = talk.waited_s === undefined ? null : `等候 ${waited(talk.waited_s)}`;
  return [talk.number, label("matters", talk.matter), label("channels", talk.channel), STATES[talk.state], wait, urgency, danger].filter(Boolean).join(" · ");
}

function turnView(frame) {
  const kind = frame.note ? "note" : frame.purpose === "emergency" ? "emergency" : frame.by === "lawyer" ? "own" : frame.by === "system" ? "system" : "";
  const note = frame.purpose === "transfer" ? "转接说明（居民看不到）" : "内部备注（居民看不到）";
  const name = frame.note ? note : WHO[frame.by];
  return make("div", { className: `turn ${kind}` }, make("span", { className: "who" }, `${name} · ${clockTime(frame.at)}`), ...paragraphs(frame.text));
}

function toEnd() {
  $("log").scrollTop = $("log").scrollHeight;
}
