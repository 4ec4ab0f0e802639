// Small pieces of all pages. What people write is always text: nothing here knows innerHTML.

export const $ = (id) => document.getElementById(id);

export function make(tag, properties = {}, ...children) {
  const { dataset, aria, role, ...rest } = properties;
  const element = Object.assign(document.createElement(tag), rest);
  Object.assign(element.dataset, dataset ?? {});
  if (role) element.setAttribute("role", role);
  for (const [name, value] of Object.entries(aria ?? {})) element.setAttribute(`aria-${name}`, value);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export function clockTime(at) {
  const then = new Date(at);
  const time = then.toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit" });
  const today = then.toDateString() === new Date().toDateString();
  return today ? time : `${then.getMonth() + 1}月${then.getDate()}日 ${time}`;
}

// What the server says of a field begins with the field's name, which is for programs.
export function forPeople(message) {
  return message.replace(/^[a-z_.]+：/, "");
}

// Fields left empty are no fields.
export function given(fields) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== "" && value?.length !== 0));
}

// What a form holds, trimmed.
export function filled(form) {
  return given(Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, value.trim()])));
}

// A word in passing, at the foot of the page.
export function toast(text) {
  $("toast").textContent = text;
  $("toast").hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { $("toast").hidden = true; }, 6000);
}

// Lines as paragraphs; what reads like a list item hangs under its mark.
export function paragraphs(text) {
  return text.split("\n").map((line) => make("p", { className: /^\s*(\d{1,2}[.、．)）]|[-*•·])\s*/.test(line) ? "item" : "" }, line || "\u00a0"));
}

// A message that could not be sent stays where it was, with the reason and a way back into the box.
export function markFailed(view, text, reason, box) {
  view.classList.replace("pending", "failed");
  view.querySelector(".who").textContent = `未发送 · ${forPeople(reason)}`;
  const back = () => {
    box.value = box.value ? `${box.value}\n${text}` : text;
    box.dispatchEvent(new Event("input"));
    view.remove();
    box.focus();
  };
  view.append(make("button", { type: "button", className: "again", onclick: back }, "放回输入框"));
}

// Enter sends, Shift+Enter breaks the line; not while an input method is choosing characters.
export function sendOnEnter(box, send) {
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    send();
  });
}

// Tells the other side that somebody types: at most every three seconds, and that they stopped.
export class TypingSignal {
  constructor(tell) {
    this.tell = tell;
    this.toldAt = 0;
  }

  typed(value) {
    if (!value) return this.stop();
    if (Date.now() - this.toldAt < 3000) return;
    this.toldAt = Date.now();
    this.tell(true);
  }

  stop() {
    if (!this.toldAt) return;
    this.toldAt = 0;
    this.tell(false);
  }
}

// Shows that the other side types until told otherwise, or nothing is heard of it for ten seconds.
export function showTyping(element, on) {
  element.hidden = !on;
  clearTimeout(element.ending);
  if (on) element.ending = setTimeout(() => { element.hidden = true; }, 10000);
}

export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// What the tab keeps over a reload. A browser may refuse to keep anything: then the page works until it is closed.
export function kept(name, otherwise) {
  try {
    return JSON.parse(sessionStorage.getItem(name)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function keep(name, value) {
  try {
    sessionStorage.setItem(name, JSON.stringify(value));
  } catch { /* see above */ }
}
