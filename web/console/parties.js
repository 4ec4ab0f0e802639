// Who is in dispute: the dialog, and the warning that a name may bring.

import { $, filled, forPeople } from "/assets/shared/page.js";

const form = () => $("parties-form");

export class PartiesDialog {
  constructor(send) {
    this.send = send;
    this.about = null;
    form().addEventListener("submit", (event) => this.submit(event));
    $("parties-close").addEventListener("click", () => $("parties-dialog").close());
    $("parties-dialog").addEventListener("close", () => $("parties").focus());
  }

  open(talk) {
    this.about = talk.id;
    form().reset();
    this.tell("");
    $("parties-dialog").showModal();
  }

  submit(event) {
    event.preventDefault();
    const given = filled(form());
    if (!Object.keys(given).length) {
      this.tell("居民本人与对方至少填写一方");
      return form().elements.own.focus();
    }
    this.tell("");
    this.send({ interaction_id: this.about, ...given });
  }

  acknowledged(frame) {
    if (frame.interaction_id === this.about) $("parties-dialog").close();
  }

  // True where the dialog is open to say it.
  refused(frame, command) {
    if (!$("parties-dialog").open || command.interaction_id !== this.about) return false;
    this.tell(forPeople(frame.message));
    return true;
  }

  tell(text) {
    $("parties-error").textContent = text;
  }
}
