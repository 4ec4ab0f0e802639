// A turn as the resident sees it: who, when, the words, and what belongs to an answer.

import { clockTime, make, paragraphs } from "/assets/shared/page.js";

const WHO = { bot: "智能助手", lawyer: "律师", system: "系统" };
const BASIS = "法律依据：";

export function turnView(frame, { lawyer, say, promise }) {
  const own = frame.by === "resident";
  const name = own ? "我" : (frame.by === "lawyer" && lawyer) || WHO[frame.by] || "系统";
  const kind = frame.purpose === "emergency" ? "emergency" : frame.by === "system" ? "system" : own ? "own" : "";
  const who = make("span", { className: "who" }, `${name} · ${clockTime(frame.at)}`);
  return make("div", { className: `turn ${kind}` }, who, ...words(frame, say), basisView(frame), insteadView(frame, promise));
}

export function pendingView(clientId, text) {
  const who = make("span", { className: "who" }, "我 · 发送中");
  return make("div", { className: "turn own pending", dataset: { client: clientId } }, who, ...paragraphs(text));
}

// The legal basis is folded under the answer instead of standing in it; what is offered becomes buttons where it stood.
function words(frame, say) {
  const offered = frame.suggestions ?? [];
  const numbered = offered.map((text, at) => `${at + 1}. ${text}`);
  const lines = frame.text.split("\n").filter((line) => !(frame.answer?.basis && line.startsWith(BASIS)));
  if (!offered.length) return paragraphs(lines.join("\n"));
  const first = lines.findIndex((line) => numbered.includes(line));
  const rest = lines.filter((line) => !numbered.includes(line));
  const before = first < 0 ? rest.length : first;
  const chips = make("div", { className: "chips", role: "group", aria: { label: "您想问的是不是" } }, ...offered.map((text, at) => chip(text, at + 1, say)));
  return [...paragraphs(rest.slice(0, before).join("\n")), chips, ...paragraphs(rest.slice(before).join("\n"))];
}

// Tapped or numbered, the same is said: the words of the offer.
function chip(text, number, say) {
  const mark = make("span", { className: "mark", aria: { hidden: "true" } }, String(number));
  return make("button", { type: "button", className: "chip", onclick: () => say(text) }, mark, text);
}

// Told that it will be long: what to do instead is one tap away.
function insteadView(frame, promise) {
  if (frame.purpose !== "callback_offer") return null;
  const buttons = Object.entries({ callback: "预约回电", message: "留言" }).map(([kind, text]) => make("button", { type: "button", className: "button", onclick: () => promise(kind) }, text));
  return make("div", { className: "row center instead" }, ...buttons);
}

function basisView(frame) {
  if (!frame.answer?.basis?.length) return null;
  const lines = frame.answer.basis.map((one) => make("li", {}, `《${one.law}》${one.article}`));
  return make("details", {}, make("summary", {}, "法律依据"), make("ul", {}, ...lines));
}
