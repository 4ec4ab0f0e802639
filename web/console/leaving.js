// Leaving the seat, and being without one.
//
//   签出 ─▶ sign_out ─┬─ ack ─────▶ logged out
//                     └─ refused ─▶ the list: each item done, or handed over with a note ─▶ 签出 again
//   no seat ─▶ why, and 签入: by hand, or tried again every 20 s (the lawyer before is not gone yet, the shift is near)

import { $, forPeople, make } from "/assets/shared/page.js";

const RETRY_MS = 20_000;
const KINDS = {
  chat: ["进行中的服务", "移交后居民回到原来的排队位置，由下一位律师接着谈。"],
  callback: ["待办的预约回电", "移交后由下一位律师回电。"],
  message: ["待答的留言", "移交后由下一位律师答复。"],
  call: ["通话中", "通话不能中断，请在结束后再签出。"],
  wrap_up: ["未填写的小结", "填写小结，或写明情况后移交办结。"],
  offer: ["待接入", "请先接听或暂不接。"],
  draft: ["未发送的文字", "请发送或清空。"],
};
const HANDED_OVER = ["chat", "callback", "message", "wrap_up"];

export class Leaving {
  // `send(frame)` · `show(id)` opens a talk · `drafts()` the talks with unsent words · `clear(id)` drops such words
  // `out()` logs out · `again()` connects anew and signs in
  constructor({ send, show, drafts, clear, out, again }) {
    Object.assign(this, { send, show, drafts, clear, out, again });
    $("leaving-again").addEventListener("click", () => this.ask());
    $("leaving-close").addEventListener("click", () => $("leaving").close());
    $("sign-in-again").addEventListener("click", () => this.again());
  }

  ask() {
    this.leaving = true;
    this.send({ type: "sign_out", drafts: this.drafts() });
  }

  // Whether the ack was ours.
  acknowledged(command) {
    if (command?.type === "hand_back" && $("leaving").open) this.ask();
    if (command?.type !== "sign_out" || !this.leaving) return;
    this.leaving = false;
    $("leaving").close();
    this.out();
  }

  // Whether the refusal was ours to show.
  refused(frame, command) {
    if (command?.type === "hand_back") {
      $("leaving-error").textContent = forPeople(frame.message);
      return $("leaving").open;
    }
    if (command?.type !== "sign_out") return false;
    this.leaving = false;
    if (!frame.open) return false;
    this.list(frame.open);
    return true;
  }

  list(open) {
    $("leaving-error").textContent = "";
    const kept = Object.fromEntries([...$("leaving-items").querySelectorAll("textarea")].map((box) => [box.dataset.about, box.value]));
    $("leaving-items").replaceChildren(...open.map((one) => this.item(one, kept[one.interaction_id] ?? "")));
    if (!$("leaving").open) $("leaving").showModal();
  }

  item(one, note) {
    const [title, told] = KINDS[one.kind] ?? ["未办完", ""];
    const look = () => { $("leaving").close(); this.show(one.interaction_id); };
    const buttons = [one.kind === "offer" ? null : make("button", { type: "button", className: "button", onclick: look }, one.kind === "wrap_up" ? "去填小结" : "去办理")];
    const parts = [make("p", { className: "what" }, make("strong", {}, title), ` ${one.number}`), make("p", { className: "keys" }, told)];
    if (HANDED_OVER.includes(one.kind)) {
      const box = make("textarea", { rows: 2, maxLength: 4000, value: note, placeholder: "给下一位律师的说明", dataset: { about: one.interaction_id }, aria: { label: `给下一位律师的说明，${one.number}` } });
      parts.push(box);
      buttons.unshift(make("button", { type: "button", className: "button warm", onclick: () => this.handOver(one, box) }, "移交"));
    }
    if (one.kind === "draft") buttons.unshift(make("button", { type: "button", className: "button warm", onclick: () => { this.clear(one.interaction_id); this.ask(); } }, "清空"));
    return make("li", {}, ...parts, make("div", { className: "row" }, ...buttons));
  }

  handOver(one, box) {
    const note = box.value.trim();
    if (!note) {
      $("leaving-error").textContent = "请写明情况再移交";
      return box.focus();
    }
    this.send({ type: "hand_back", interaction_id: one.interaction_id, note });
  }

  seated() {
    clearInterval(this.trying);
    this.trying = null;
    $("sign-in-again").hidden = true;
  }

  // Without a seat, and why; `retry`: it may become free, or the shift may begin.
  seatless(why, { retry }) {
    $("idle-text").textContent = why;
    $("sign-in-again").hidden = false;
    clearInterval(this.trying);
    this.trying = retry ? setInterval(() => this.again(), RETRY_MS) : null;
  }
}
