// One WebSocket that comes back by itself: hello first, nothing before welcome, an outbox kept until acknowledged.
//
//   connect ─▶ hello ─▶ welcome ─▶ resend the outbox, in order ─▶ live
//      ▲ 60 ms · 2^n, at most 8 s, jitter 0.5–1.5                  │
//      └────────────── closed (1012: at once, with jitter) ◀───────┘

const FIRST_PAUSE_MS = 60;
const LONGEST_PAUSE_MS = 8000;

export class Socket {
  constructor({ path, hello, onFrame, onState, onRefused, store }) {
    Object.assign(this, { path, hello, onFrame, onState, onRefused, store });
    this.outbox = store.read();
    this.tries = 0;
    this.welcomed = false;
    this.stopped = false;
  }

  start() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    this.welcomed = false;
    this.onState("connecting");
    this.ws = new WebSocket(`${scheme}://${location.host}${this.path}`);
    this.ws.onopen = () => this.ws.send(JSON.stringify({ type: "hello", ...this.hello() }));
    this.ws.onmessage = (message) => this.take(JSON.parse(message.data));
    this.ws.onclose = (event) => this.closed(event.code);
  }

  stop() {
    this.stopped = true;
    this.ws?.close();
  }

  // A command with a client id: safe to repeat, kept until the server has it.
  send(frame) {
    const command = { ...frame, client_id: newId() };
    this.outbox.push(command);
    this.store.write(this.outbox);
    if (this.welcomed) this.ws.send(JSON.stringify(command));
    return command.client_id;
  }

  // The view missed something: come back by cursor.
  resume() {
    this.ws?.close(4000);
  }

  take(frame) {
    if (frame.type === "welcome") this.live();
    if (frame.type === "ack") this.settle(frame.client_id);
    if (frame.type === "error") return this.refused(frame);
    this.onFrame(frame);
  }

  live() {
    this.welcomed = true;
    this.tries = 0;
    this.onState("live");
    for (const command of this.outbox) this.ws.send(JSON.stringify(command));
  }

  refused(frame) {
    const retry = frame.code === "too_fast" || frame.code === "unavailable";
    const command = this.outbox.find((one) => one.client_id === frame.client_id);
    if (retry && command) {
      setTimeout(() => this.welcomed && this.ws.send(JSON.stringify(command)), (frame.retry_s ?? 2) * 1000);
      return;
    }
    if (frame.client_id) this.settle(frame.client_id);
    this.onFrame(frame, command);
  }

  settle(clientId) {
    this.outbox = this.outbox.filter((one) => one.client_id !== clientId);
    this.store.write(this.outbox);
  }

  closed(code) {
    this.welcomed = false;
    if (this.stopped) return;
    if (code === 4401 && this.onRefused()) return;
    this.onState("away");
    const pause = code === 1012 || code === 4000 ? FIRST_PAUSE_MS : FIRST_PAUSE_MS * 2 ** this.tries;
    this.tries = Math.min(this.tries + 1, 10);
    setTimeout(() => this.start(), Math.min(pause, LONGEST_PAUSE_MS) * (0.5 + Math.random()));
  }
}

export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function sessionStore(name) {
  return {
    read: () => JSON.parse(sessionStorage.getItem(name) ?? "[]"),
    write: (value) => sessionStorage.setItem(name, JSON.stringify(value)),
  };
}

// Elements without innerHTML: what people write is always text.
export function make(tag, properties = {}, ...children) {
  const { dataset, aria, ...rest } = properties;
  const element = Object.assign(document.createElement(tag), rest);
  Object.assign(element.dataset, dataset ?? {});
  for (const [name, value] of Object.entries(aria ?? {})) element.setAttribute(`aria-${name}`, value);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export function clockTime(at) {
  return new Date(at).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit" });
}
