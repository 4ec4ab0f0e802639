// Asking for a rating, once; service and “was it solved” apart.

import { $, make } from "/assets/shared/page.js";

const STARS = ["很差", "较差", "一般", "满意", "很满意"];

export class Rating {
  constructor(send) {
    this.send = send;
    this.asked = null;
    STARS.forEach((label, index) => {
      const input = make("input", { type: "radio", name: "score", value: String(index + 1) });
      $("stars").append(make("label", {}, input, make("br"), label));
    });
    $("rate").addEventListener("submit", (event) => this.submit(event));
    $("rate-later").addEventListener("click", () => this.done());
  }

  ask(frame) {
    if (this.asked?.segment_id === frame.segment_id) return;
    this.asked = { interaction_id: frame.interaction_id, segment_id: frame.segment_id };
    $("rate").reset();
    $("rate-error").textContent = "";
    $("rate").hidden = false;
  }

  rated(frame) {
    if (this.asked?.segment_id === frame.segment_id) this.done();
  }

  // Nothing more to rate, or it can't be: the words say which. Anything else may be tried again.
  refused(frame) {
    if (frame.code === "wrong_state" || frame.code === "not_found") return this.done();
    $("rate-error").textContent = frame.message;
    $("rate").querySelector("button").disabled = false;
  }

  done() {
    $("rate").hidden = true;
    $("rate").querySelector("button").disabled = false;
  }

  submit(event) {
    event.preventDefault();
    const form = new FormData($("rate"));
    if (!form.get("score")) {
      $("rate-error").textContent = "请先选择对服务的评价";
      return document.querySelector("#stars input").focus();
    }
    $("rate-error").textContent = "";
    $("rate").querySelector("button").disabled = true;
    const solved = form.get("solved");
    this.send({
      type: "rate", ...this.asked, score: Number(form.get("score")),
      ...(solved ? { solved: solved === "true" } : {}), ...(form.get("comment").trim() ? { comment: form.get("comment").trim() } : {}),
    });
  }
}
