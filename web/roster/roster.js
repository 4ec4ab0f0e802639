// The supervisors' roster: the week by seats and hours, gaps, who sits where now, shifts by hand, the monthly sheet.

import { $, filled, forPeople, make, toast } from "/assets/shared/page.js";
import { STATUS, Week, gapLines } from "/assets/roster/week.js";
import { DAY, HOUR, addDays, clock, dayName, forInput, fromInput, iso, midnight, monday, month, span, useZone } from "/assets/shared/wall.js";

const DAYS = 7;
const REFRESH_MS = 60_000;
const MOST_GAPS = 12;
const state = { seats: [], shifts: [], hours: [], lawyers: [], from: 0, day: null, now: Date.now() };
const week = new Week({ choose: openShift, add: openNew, pick });

async function ask(path, options = {}) {
  try {
    const answer = await fetch(path, { ...options, headers: options.body ? { "Content-Type": "application/json" } : {} });
    return { status: answer.status, ok: answer.ok, body: await answer.json().catch(() => ({})) };
  } catch {
    return { status: 0, ok: false, body: { message: "网络不通，请检查后重试" } };
  }
}

const send = (method, path, body) => ask(path, { method, body: JSON.stringify(body) });

async function begin() {
  const seats = await ask("/api/roster/seats");
  if (!seats.ok) return signedOut(seats.status === 403 ? "此账号不管理排班，请用班长或管理员账号" : seats.status === 401 ? "" : seats.body.message);
  useZone(seats.body.timezone);
  state.now = Date.parse(seats.body.now);
  state.from ||= monday(state.now);
  if (narrow() && state.day === null) state.day = midnight(state.now);
  $("login").hidden = true;
  $("desk").hidden = false;
  $("sheet").elements.month.value ||= month(state.now);
  await load(seats);
}

async function load(known) {
  const until = addDays(state.from, DAYS);
  const asked = [known ?? ask("/api/roster/seats"), ask(`/api/roster/shifts?from=${iso(state.from)}&to=${iso(until)}`), ask("/api/roster/coverage"), ask("/api/roster/lawyers")];
  const [seats, shifts, coverage, lawyers] = await Promise.all(asked);
  const wrong = [seats, shifts, coverage, lawyers].find((one) => !one.ok);
  if (wrong) return wrong.status === 401 ? signedOut("登录已失效，请重新登录") : toast(wrong.body.message ?? "服务暂时不可用");
  state.now = Date.parse(seats.body.now);
  state.seats = seats.body.seats;
  state.shifts = shifts.body.shifts.map((one) => ({ ...one, starts: Date.parse(one.starts_at), ends: one.ends_at ? Date.parse(one.ends_at) : null }));
  state.hours = coverage.body.hours.map((one) => ({ ...one, at: Date.parse(one.starts_at) }));
  state.lawyers = lawyers.body.lawyers;
  tellCoverage(coverage.body);
  draw();
  drawNow();
}

// A seat that is not in use any more keeps its past, but not a row.
function inUse(seat) {
  return seat.status !== "signed_out" || seat.on_shift || seat.next_at || state.shifts.some((one) => one.seat === seat.code);
}

function seatsShown() {
  const found = state.seats.filter(inUse);
  return found.length ? found : state.seats;
}

function draw() {
  week.draw({ ...state, seats: seatsShown(), days: DAYS });
  $("mode").setAttribute("aria-pressed", String(state.day !== null));
  $("nothing").hidden = state.seats.length > 0;
  $("week").hidden = state.seats.length === 0;
}

function tellCoverage(found) {
  const lines = gapLines(state.hours);
  const days = Math.round(state.hours.length / 24);
  const short = state.hours.filter((one) => one.seats < one.least).length;
  const enough = found.seats >= found.seats_total;
  const told = [short ? `今后 ${days} 天有 ${short} 个小时人手不足` : `今后 ${days} 天每个小时都达到要求`];
  told.push(enough ? `排了班的坐席 ${found.seats} 个，律师 ${found.lawyers} 人` : `排了班的坐席 ${found.seats} 个，要求至少 ${found.seats_total} 个`);
  for (const year of found.calendar_missing) told.push(`还没有 ${year} 年的节假日文件，只按星期判断`);
  $("coverage").className = short || !enough ? "bad" : "good";
  $("coverage-told").textContent = `${told.join("；")}。`;
  const items = lines.slice(0, MOST_GAPS).map((one) => make("li", {}, make("button", { type: "button", className: one.none ? "jump none" : "jump", onclick: () => jump(one.from) }, `${span(one.from, one.until)} ${one.none ? "无人在岗" : `缺 ${one.lack} 人`}`)));
  if (lines.length > MOST_GAPS) items.push(make("li", { className: "soft" }, `另有 ${lines.length - MOST_GAPS} 段`));
  $("gaps").replaceChildren(...items);
}

function jump(at) {
  state.day = midnight(at);
  state.from = monday(at);
  load();
  $("week-title").scrollIntoView();
}

function drawNow() {
  const rows = seatsShown().map((one) => {
    const until = one.on_shift_until ? `至 ${clock(Date.parse(one.on_shift_until))}` : one.on_shift ? "不限" : "";
    const next = one.next_at ? `${one.next_lawyer} ${dayName(Date.parse(one.next_at))} ${clock(Date.parse(one.next_at))}` : "";
    const seated = one.status !== "signed_out";
    const out = seated ? make("button", { type: "button", className: "button small", onclick: () => openForce(one) }, "签出") : null;
    const missing = one.on_shift && !seated;
    return make("tr", { className: missing ? "missing" : "" },
      make("th", { scope: "row" }, make("strong", {}, one.code), ` ${one.name}`),
      make("td", {}, STATUS[one.status] ? make("span", { className: `chip ${one.status}` }, STATUS[one.status]) : null),
      make("td", {}, one.sits ?? (missing ? "未签入" : "")),
      make("td", {}, one.on_shift ? `${one.on_shift} ${until}` : ""),
      make("td", {}, next),
      make("td", {}, out));
  });
  $("now").querySelector("tbody").replaceChildren(...rows);
}

function pick(day) {
  state.day = state.day === day && !narrow() ? null : day;
  draw();
}

function move(by) {
  if (state.day !== null) state.day = addDays(state.day, by);
  state.from = state.day === null ? addDays(state.from, by * DAYS) : monday(state.day);
  load();
}

function fill(select, values, chosen) {
  select.replaceChildren(...values.map(([value, label]) => make("option", { value }, label)));
  if (chosen) select.value = chosen;
}

function openForm(title, one) {
  const form = $("shift-form").elements;
  $("shift-title").textContent = title;
  $("shift-error").textContent = "";
  fill(form.seat, state.seats.map((seat) => [seat.code, `${seat.code} ${seat.name}`]), one.seat);
  fill(form.lawyer, state.lawyers.map((lawyer) => [lawyer.lawyer, labelOf(lawyer)]), one.lawyer);
  form.starts.value = forInput(one.starts);
  form.ends.value = one.ends ? forInput(one.ends) : "";
  form.reason.value = "";
  const begun = Boolean(one.shift_id) && one.starts <= state.now;
  for (const name of ["seat", "lawyer", "starts"]) form[name].disabled = begun;
  form.ends.disabled = begun && one.ends !== null && one.ends <= state.now;
  $("cancel-shift").hidden = $("reason-label").hidden = !one.shift_id || begun;
  $("shift-told").textContent = !one.shift_id ? "" : begun ? "已经开始的班次只能改结束时间。" : one.origin === "plan" ? "改动或取消后，重新排班不会改回。" : "手工班次，重新排班不会改动。";
  openForm.one = one;
  $("shift").showModal();
  (begun ? form.ends : form.lawyer).focus();
}

function labelOf(lawyer) {
  const firm = lawyer.firm ? `（${lawyer.firm}）` : "";
  const papers = lawyer.papers_until ? (Date.parse(lawyer.papers_until) + DAY < state.now ? " · 执业证或培训已过期" : "") : " · 未登记执业证或培训";
  return `${lawyer.display_name}${firm}${papers}`;
}

function openShift(one) {
  openForm("班次", one);
}

function openNew(seat, at) {
  const starts = Math.max(at, Math.ceil(state.now / HOUR) * HOUR);
  openForm("添加班次", { seat, starts, ends: starts + 8 * HOUR });
}

async function saveShift(event) {
  if (event.submitter?.value !== "save") return;
  event.preventDefault();
  const one = openForm.one, form = $("shift-form").elements;
  if (!form.starts.value || !form.ends.value) return refuse("shift-error", "请填写开始和结束时间");
  // What was not touched goes back as it came, to the second.
  const kept = (input, at, text) => (at && forInput(at) === input.value ? text ?? iso(at) : iso(fromInput(input.value)));
  const body = { seat: form.seat.value, lawyer: form.lawyer.value || one.lawyer, starts_at: kept(form.starts, one.starts, one.starts_at), ends_at: kept(form.ends, one.ends, one.ends_at) };
  const answer = one.shift_id ? await send("PUT", `/api/roster/shifts/${one.shift_id}`, body) : await send("POST", "/api/roster/shifts", body);
  done(answer, "shift", "已保存");
}

async function cancelShift() {
  const reason = $("shift-form").elements.reason.value.trim();
  if (!reason) {
    refuse("shift-error", "请写明取消原因");
    return $("shift-form").elements.reason.focus();
  }
  done(await send("POST", `/api/roster/shifts/${openForm.one.shift_id}/cancel`, { reason }), "shift", "已取消班次");
}

function openForce(one) {
  openForce.code = one.code;
  $("force-title").textContent = `签出 ${one.code} ${one.name}`;
  $("force-error").textContent = "";
  $("force-form").reset();
  $("force").showModal();
}

async function force(event) {
  if (event.submitter?.value !== "force") return;
  event.preventDefault();
  const note = $("force-form").elements.note.value.trim();
  if (!note) return refuse("force-error", "请写给下一位律师的说明");
  done(await send("POST", `/api/roster/seats/${encodeURIComponent(openForce.code)}/sign_out`, { note }), "force", "已签出");
}

function done(answer, dialog, told) {
  if (!answer.ok) return refuse(`${dialog}-error`, answer.body.message ?? "没有成功，请再试一次");
  $(dialog).close();
  toast(told);
  load();
}

function refuse(id, message) {
  $(id).textContent = forPeople(message);
}

async function logIn(event) {
  event.preventDefault();
  const button = $("login").querySelector("button");
  button.disabled = true;
  const answer = await send("POST", "/api/login", Object.fromEntries(new FormData($("login"))));
  button.disabled = false;
  if (!answer.ok) return signedOut(answer.body.message ?? "登录失败，请稍后再试");
  $("login").reset();
  await begin();
}

function signedOut(why) {
  $("desk").hidden = true;
  $("login").hidden = false;
  $("login-error").textContent = why ?? "";
  $("login").elements.username.focus();
}

function narrow() {
  return matchMedia("(max-width: 760px)").matches;
}

$("login").addEventListener("submit", logIn);
$("before").addEventListener("click", () => move(-1));
$("after").addEventListener("click", () => move(1));
$("today").addEventListener("click", () => { state.from = monday(state.now); if (state.day !== null) state.day = midnight(state.now); load(); });
$("mode").addEventListener("click", () => { state.day = state.day === null ? midnight(Math.max(state.now, state.from)) : null; draw(); });
$("add").addEventListener("click", () => openNew(state.seats[0]?.code, Math.max(state.now, state.day ?? state.from)));
$("shift-form").addEventListener("submit", saveShift);
$("cancel-shift").addEventListener("click", cancelShift);
$("force-form").addEventListener("submit", force);
$("days").addEventListener("keydown", (event) => {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const tabs = [...$("days").children];
  const next = tabs[tabs.indexOf(document.activeElement) + step];
  if (!next) return;
  next.tabIndex = 0;
  next.focus();
});
$("sheet").addEventListener("submit", (event) => {
  event.preventDefault();
  location.assign(`/api/roster/sheet?${new URLSearchParams(filled(event.target))}`);
});
$("logout").addEventListener("click", async () => { await send("POST", "/api/logout", {}); signedOut(""); });
setInterval(() => { if (!document.hidden && !$("desk").hidden && !document.querySelector("dialog[open]")) load(); }, REFRESH_MS);
begin();
