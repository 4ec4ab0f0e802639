// The week as rows of seats over hours: bars are shifts, red cells are hours with fewer seats than asked.

import { $, make } from "/assets/shared/page.js";
import { DAY, HOUR, addDays, clock, dayName, midnight, span } from "/assets/shared/wall.js";

export const STATUS = { available: "示闲", away: "示忙", signed_out: "" };
const KINDS = { workday: "工作日", weekend: "周末", holiday: "节假日" };

// `choose(shift)` opens one, `add(seat, at)` asks for a new one, `pick(day)` shows one day.
export class Week {
  constructor({ choose, add, pick }) {
    Object.assign(this, { choose, add, pick });
  }

  draw({ seats, shifts, hours, from, days, day, now }) {
    const focused = document.activeElement?.dataset?.shift;
    const shown = day === null ? [from, addDays(from, days)] : [day, addDays(day, 1)];
    this.from = shown[0];
    this.length = shown[1] - shown[0];
    const byDay = groupByDay(hours);
    $("days").replaceChildren(...[...Array(days).keys()].map((number) => this.tab(addDays(from, number), byDay, day, now)));
    const cells = hours.filter((one) => one.at >= shown[0] && one.at < shown[1]);
    const rows = seats.map((seat) => this.row(seat, shifts.filter((one) => one.seat === seat.code && one.starts < shown[1] && (one.ends ?? Infinity) > shown[0]), now));
    $("week").className = day === null ? "by-week" : "by-day";
    $("week").replaceChildren(this.scale(shown), this.strip(cells), ...rows);
    $("days").querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest", inline: "center" });
    if (focused) $("week").querySelector(`[data-shift="${focused}"]`)?.focus();
  }

  tab(at, byDay, day, now) {
    const told = byDay.get(at) ?? [];
    const short = told.filter((one) => one.seats < one.least).length;
    const label = make("span", { className: "date" }, dayName(at));
    const kind = told[0] ? make("span", { className: "kind" }, KINDS[told[0].kind]) : null;
    const gap = short ? make("span", { className: "gap" }, `缺 ${short} 小时`) : null;
    const tab = make("button", { type: "button", className: "day", role: "tab", onclick: () => this.pick(at), aria: { selected: String(day === at) } }, label, kind, gap);
    if (at === midnight(now)) tab.classList.add("now");
    tab.tabIndex = day === at || (day === null && at === midnight(now)) || day === null ? 0 : -1;
    return tab;
  }

  scale([start, end]) {
    const every = this.length > DAY * 1.1 ? 6 : 3;
    const marks = [];
    for (let at = start; at < end; at += every * HOUR) marks.push(place(make("span", {}, clock(at).slice(0, 2)), this.left(at), 0));
    return make("div", { className: "line scale", aria: { hidden: "true" } }, make("div", { className: "head" }), make("div", { className: "track" }, ...marks));
  }

  strip(cells) {
    const marks = cells.map((one) => {
      const short = one.seats < one.least;
      const cell = make("span", { className: short ? (one.seats ? "cell short" : "cell short none") : "cell", title: `${dayName(one.at)} ${clock(one.at)}：在岗 ${one.seats}，要求 ${one.least}` }, this.length < DAY * 1.1 ? String(one.seats) : "");
      return place(cell, this.left(one.at), this.width(HOUR));
    });
    return make("div", { className: "line cover", aria: { hidden: "true" } }, make("div", { className: "head" }, "在岗人数"), make("div", { className: "track" }, ...marks));
  }

  row(seat, shifts, now) {
    const status = STATUS[seat.status] ? make("span", { className: `chip ${seat.status}` }, STATUS[seat.status]) : null;
    const head = make("div", { className: "head" }, make("strong", {}, seat.code), make("span", { className: "name" }, seat.name), status);
    const track = make("div", { className: "track", role: "list", aria: { label: `${seat.name} 的班次` } }, ...shifts.map((one) => this.bar(one, now)));
    if (now >= this.from && now < this.from + this.length) track.append(place(make("span", { className: "needle", aria: { hidden: "true" } }), this.left(now), 0));
    track.addEventListener("click", (event) => {
      if (event.target !== track) return;
      const share = event.offsetX / track.clientWidth;
      this.add(seat.code, this.from + Math.floor((share * this.length) / HOUR) * HOUR);
    });
    return make("div", { className: "line seat" }, head, track);
  }

  bar(one, now) {
    const told = span(one.starts, one.ends);
    const bar = make("button", { type: "button", className: `shift ${one.origin}`, title: `${one.display_name}\n${told}`, dataset: { shift: one.shift_id }, aria: { label: `${one.display_name}，${told}${one.origin === "hand" ? "，手工" : ""}` }, onclick: () => this.choose(one) }, make("span", {}, one.display_name));
    if ((one.ends ?? Infinity) <= now) bar.classList.add("past");
    const start = Math.max(one.starts, this.from), end = Math.min(one.ends ?? Infinity, this.from + this.length);
    return make("div", { role: "listitem", className: "slot" }, place(bar, this.left(start), this.width(end - start)));
  }

  left(at) {
    return ((at - this.from) / this.length) * 100;
  }

  width(length) {
    return (length / this.length) * 100;
  }
}

function place(element, left, width) {
  element.style.left = `${left}%`;
  if (width) element.style.width = `${width}%`;
  return element;
}

function groupByDay(hours) {
  const found = new Map();
  for (const one of hours) {
    const day = midnight(one.at);
    if (!found.has(day)) found.set(day, []);
    found.get(day).push(one);
  }
  return found;
}

// Following hours that lack as many, or in which nobody is there, become one line.
export function gapLines(hours) {
  const lines = [];
  for (const one of hours.filter((hour) => hour.seats < hour.least)) {
    const last = lines.at(-1);
    const lack = one.least - one.seats, none = one.seats === 0;
    if (last && last.until === one.at && last.none === none && (none || last.lack === lack)) last.until += HOUR;
    else lines.push({ from: one.at, until: one.at + HOUR, lack, none });
  }
  return lines;
}
