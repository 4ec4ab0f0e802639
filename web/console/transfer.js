// Handing a talk on: the dialog, and what becomes of it while the other lawyer is being asked.

import { $, forPeople, make } from "/assets/shared/page.js";
import { list, label } from "/assets/console/words.js";

const STATES = { free: "可接", full: "已满", away: "示忙", absent: "无人在岗" };
const RESULTS = {
  accepted: "已由其他律师接手",
  refused: "没有律师能接手，仍由您继续服务",
  lapsed: "没有律师接听，仍由您继续服务",
  cancelled: "已取消转接，仍由您继续服务",
  withdrawn: "",
};
const form = () => $("transfer-form");

export class TransferDialog {
  // `fetched(path)` asks the server for JSON; `send(fields)` sends the frame for the talk the dialog was opened on.
  constructor({ fetched, send }) {
    Object.assign(this, { fetched, send });
    this.about = null;
    form().addEventListener("submit", (event) => this.submit(event));
    form().addEventListener("change", () => this.showTarget());
    $("transfer-close").addEventListener("click", () => $("transfer-dialog").close());
    $("transfer-dialog").addEventListener("close", () => $("transfer").focus());
  }

  async open(talk, ownSeat) {
    this.about = talk.id;
    form().reset();
    this.tell("");
    const matters = Object.entries(list("matters")).map(([code, text]) => make("option", { value: code }, code.includes(".") ? `　${text}` : text));
    form().elements.matter.replaceChildren(...matters);
    form().elements.matter.value = talk.matter ?? "";
    form().elements.seat.replaceChildren(make("option", { value: "" }, "正在读取…"));
    this.showTarget();
    $("transfer-dialog").showModal();
    const seats = (await this.fetched("/api/seats"))?.seats ?? [];
    this.fill(seats.filter((one) => one.code !== ownSeat));
  }

  fill(seats) {
    const order = Object.keys(STATES);
    const sorted = [...seats].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
    const options = sorted.map((one) => make("option", { value: one.code, disabled: one.state !== "free" }, `${one.name} · ${STATES[one.state] ?? ""} · ${one.matters.map((code) => label("matters", code)).join("、")}`));
    form().elements.seat.replaceChildren(make("option", { value: "" }, sorted.some((one) => one.state === "free") ? "请选择" : "暂无可接的坐席"), ...options);
  }

  showTarget() {
    const named = form().elements.kind.value === "seat";
    $("transfer-matter").hidden = named;
    $("transfer-seat").hidden = !named;
  }

  submit(event) {
    event.preventDefault();
    const kind = form().elements.kind.value;
    const value = form().elements[kind].value;
    if (!value) {
      this.tell(kind === "seat" ? "请选择坐席" : "请选择咨询类别");
      return form().elements[kind].focus();
    }
    this.tell("");
    this.send({ interaction_id: this.about, to: { [kind]: value }, note: form().elements.note.value.trim() });
  }

  acknowledged(frame) {
    if (frame.interaction_id === this.about) $("transfer-dialog").close();
  }

  // True where the dialog is open to say it.
  refused(frame, command) {
    if (!$("transfer-dialog").open || command.interaction_id !== this.about) return false;
    this.tell(forPeople(frame.message));
    return true;
  }

  gone(id) {
    if (id === this.about && $("transfer-dialog").open) $("transfer-dialog").close();
  }

  tell(text) {
    $("transfer-error").textContent = text;
  }
}

// What is under way, in words; empty where nothing is.
export function underWay(talk) {
  if (!talk?.moving) return "";
  const target = talk.moving.matter ? `擅长“${label("matters", talk.moving.matter)}”的律师` : talk.moving.seat_name ?? "指定的坐席";
  return `正在转接给${target}，对方接听前请继续为居民解答。`;
}

export function resultOf(result) {
  return RESULTS[result] ?? "";
}
