// The names of both sides, for those who wish to tell: asked once a visit, never where danger was spoken of.

import { $, filled, forPeople } from "/assets/shared/page.js";

const ASKED_IN = ["waiting", "offered", "with_lawyer"];

export class Parties {
  constructor(send) {
    this.send = send;
    this.told = null;
    this.danger = false;
    $("parties-form").addEventListener("submit", (event) => this.submit(event));
  }

  // Somebody in danger is not asked for names.
  inDanger() {
    this.danger = true;
    $("parties").hidden = true;
  }

  show(state, interactionId) {
    this.about = interactionId;
    $("parties").hidden = this.danger || this.told === interactionId || !ASKED_IN.includes(state);
  }

  submit(event) {
    event.preventDefault();
    const given = filled($("parties-form")), any = Object.keys(given).length > 0;
    $("parties-error").textContent = any ? "" : "请至少填写一方，或者不填";
    if (any) this.send({ type: "parties", ...given });
  }

  acknowledged() {
    this.told = this.about;
    $("parties-form").reset();
    $("parties").hidden = true;
    $("text").focus();
  }

  refused(frame) {
    $("parties-error").textContent = forPeople(frame.message);
  }
}
