// 待接入: one card an offer, made once and taken away once, so that focus and open reasons stay where they are.

import { $, make } from "/assets/shared/page.js";
import { owedLine } from "/assets/console/owed.js";
import { CHOSEN, DECLINES, RELAXED, URGENCIES, label, waited } from "/assets/console/words.js";

export class Offers {
  constructor({ answer, bell }) {
    Object.assign(this, { answer, bell });
    this.cards = new Map();
    this.skew = 0;
    setInterval(() => this.tick(), 500);
  }

  get size() {
    return this.cards.size;
  }

  tellTime(now) {
    if (now) this.skew = Date.parse(now) - Date.now();
  }

  add(offer) {
    this.remove(offer.offer_id);
    const card = this.card(offer);
    this.cards.set(offer.offer_id, { offer, card });
    $("offers").append(card);
    this.changed();
  }

  remove(id) {
    this.cards.get(id)?.card.remove();
    this.cards.delete(id);
    this.changed();
  }

  clear() {
    for (const id of [...this.cards.keys()]) this.remove(id);
  }

  first() {
    return this.cards.values().next().value?.offer;
  }

  changed() {
    $("no-offers").hidden = this.size > 0;
    this.bell.ringing(this.size > 0);
  }

  card(offer) {
    const left = make("strong", { className: "left" }, this.left(offer));
    const head = make("p", {}, make("strong", {}, label("matters", offer.matter)), ` · ${label("channels", offer.channel)} · `, left);
    const facts = make("p", {}, `${offer.number} · 已等 ${waited(offer.waited_s)} · ${URGENCIES[offer.urgency] ?? ""}`);
    const accept = make("button", { type: "button", className: "button first", onclick: () => this.answer(offer, { type: "accept" }) }, "接听");
    return make("div", { className: `offer ${offer.urgency === "danger" ? "danger" : ""}`, role: "group", aria: { label: `${offer.transfer ? "转接" : "待接入"} ${offer.number}` } }, origin(offer.transfer), head, owedLine(offer.work), facts, reasons(offer.why ?? {}), make("div", { className: "row" }, accept, this.declines(offer)));
  }

  // Buttons, not a list to choose from: an arrow key in a list would decline at once, some reasons for good.
  declines(offer) {
    const buttons = Object.entries(DECLINES).map(([reason, text]) => make("button", { type: "button", className: "button", onclick: () => this.answer(offer, { type: "decline", reason }) }, text));
    return make("details", { className: "declines" }, make("summary", { className: "button" }, "暂不接…"), ...buttons);
  }

  left(offer) {
    return `${Math.max(0, Math.ceil((Date.parse(offer.expires_at) - Date.now() - this.skew) / 1000))} 秒`;
  }

  tick() {
    for (const { offer, card } of this.cards.values()) card.querySelector(".left").textContent = this.left(offer);
  }
}

function origin(transfer) {
  if (!transfer) return null;
  const note = transfer.note ? make("span", { className: "note-of-transfer" }, transfer.note) : null;
  return make("div", { className: "from-seat" }, make("strong", {}, `${transfer.from_name ?? transfer.from} 转来`), note);
}

function reasons(why) {
  if (why.chosen_for === "named") return make("p", { className: "keys" }, CHOSEN.named);
  const chosen = CHOSEN[why.chosen_for] ?? "按规则分配";
  const relaxed = RELAXED[why.relaxed_to] ?? "";
  return make("details", {}, make("summary", {}, "为什么给您"), `${chosen}，${relaxed}可接坐席 ${why.eligible ?? "?"} 个，队列第 ${why.place ?? "?"} 位`);
}
