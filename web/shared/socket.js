// One WebSocket that comes back by itself: hello first, nothing before welcome, an outbox kept until acknowledged.
//
//   connect ─▶ hello ─▶ welcome ─▶ resend the outbox, in order ─▶ live ── no answer for 10 s ──┐
//      ▲ 60 ms · 2^n, at most 8 s, jitter 0.5–1.5                  │                             │
//      └────────────── closed (1012: at once, with jitter) ◀───────┴─────────────────────────────┘
//   live ── `unavailable` ─▶ retrying: the same command again, every 2 s ── answered ─▶ live

import { keep, kept, newId } from "/assets/shared/page.js";

const FIRST_PAUSE_MS = 60;
const LONGEST_PAUSE_MS = 8000;
const ANSWER_MS = 10000;
const RESUME = 4000;
const TOO_FAST = 4429;

export class Socket {
  // hello(): its fields · onFrame(frame, command) · onState("connecting" | "live" | "retrying" | "away")
  // onRefused(): the token is no good; true: do not come back · onHelloRefused(): forget what the hello named
  constructor({ path, hello, onFrame, onState, onRefused, onHelloRefused = () => {}, outbox }) {
    Object.assign(this, { path, hello, onFrame, onState, onRefused, onHelloRefused, name: outbox });
    this.outbox = kept(outbox, []);
    this.tries = 0;
    this.welcomed = false;
    this.stopped = false;
    this.retrying = new Set();
    addEventListener("online", () => this.welcomed || this.again(0));
    addEventListener("offline", () => this.resume());
  }

  start() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    clearTimeout(this.waiting);
    this.ws?.close();
    this.welcomed = false;
    this.onState("connecting");
    const ws = new WebSocket(`${scheme}://${location.host}${this.path}`);
    this.ws = ws;
    ws.onopen = () => this.greet();
    ws.onmessage = (message) => this.ws === ws && this.take(JSON.parse(message.data));
    ws.onclose = (event) => this.ws === ws && this.closed(event.code);
  }

  stop() {
    this.stopped = true;
    this.ws?.close();
  }

  greet() {
    this.ws.send(JSON.stringify({ type: "hello", ...this.hello() }));
  }

  // A command with a client id: safe to repeat, kept until the server has it.
  send(frame) {
    const command = { ...frame, client_id: newId() };
    this.outbox.push(command);
    keep(this.name, this.outbox);
    if (this.welcomed) this.transmit(command);
    return command.client_id;
  }

  // Something that matters now or never.
  signal(frame) {
    if (this.welcomed) this.ws.send(JSON.stringify(frame));
  }

  // The view missed something, or the line seems dead: come back by cursor. What the old socket still says is late.
  resume() {
    const old = this.ws;
    if (!old || this.stopped || old.readyState === WebSocket.CLOSED) return;
    this.ws = null;
    old.close(RESUME);
    this.closed(RESUME);
  }

  transmit(command) {
    const ws = this.ws;
    ws.send(JSON.stringify(command));
    setTimeout(() => {
      if (this.ws === ws && this.welcomed && this.outbox.includes(command) && !this.retrying.has(command)) this.resume();
    }, ANSWER_MS);
  }

  take(frame) {
    if (frame.type === "beat") return this.ws.send(JSON.stringify({ type: "beat" }));
    if (frame.type === "error") return this.welcomed ? this.refused(frame) : this.helloRefused(frame);
    const command = frame.type === "ack" ? this.settle(frame.client_id) : undefined;
    if (command) this.onState("live");
    this.onFrame(frame, command);
    if (frame.type === "welcome") this.live();
  }

  live() {
    this.welcomed = true;
    this.tries = 0;
    this.onState("live");
    for (const command of this.outbox) this.transmit(command);
  }

  helloRefused(frame) {
    if (frame.code === "too_fast" || frame.code === "unavailable") {
      const ws = this.ws;
      setTimeout(() => this.ws === ws && ws.readyState === WebSocket.OPEN && this.greet(), (frame.retry_s ?? 2) * 1000);
      return;
    }
    this.onHelloRefused(frame);
    this.resume();
  }

  refused(frame) {
    const command = this.outbox.find((one) => one.client_id === frame.client_id);
    if (command && (frame.code === "too_fast" || frame.code === "unavailable")) {
      this.retrying.add(command);
      if (frame.code === "unavailable") this.onState("retrying");
      setTimeout(() => {
        this.retrying.delete(command);
        if (this.welcomed && this.outbox.includes(command)) this.transmit(command);
      }, (frame.retry_s ?? 2) * 1000);
      return;
    }
    this.settle(frame.client_id);
    this.onFrame(frame, command);
  }

  settle(clientId) {
    const command = this.outbox.find((one) => one.client_id === clientId);
    this.outbox = this.outbox.filter((one) => one !== command);
    keep(this.name, this.outbox);
    return command;
  }

  closed(code) {
    this.welcomed = false;
    if (this.stopped) return;
    if (code === 4401 && this.onRefused()) return;
    this.onState("away");
    const longer = code === TOO_FAST ? 5000 : FIRST_PAUSE_MS * 2 ** this.tries;
    this.tries = Math.min(this.tries + 1, 10);
    this.again(code === 1012 ? FIRST_PAUSE_MS : Math.min(longer, LONGEST_PAUSE_MS));
  }

  again(pause) {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.stopped || this.start(), pause * (0.5 + Math.random()));
  }
}
