// The clock on the city's wall, whatever zone the browser is in.

export const DAY = 24 * 3600 * 1000;
export const HOUR = 3600 * 1000;
const WEEKDAYS = "一二三四五六日";
const PARTS = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
// Until the server has told the city's zone, the browser's is as good a guess as any.
let format = new Intl.DateTimeFormat("en-CA", PARTS);

export function useZone(timeZone) {
  format = new Intl.DateTimeFormat("en-CA", { timeZone, ...PARTS });
}

// What the wall shows at an instant, as if it were UTC: good for counting days and hours.
export function wall(at) {
  const { year, month, day, hour, minute } = Object.fromEntries(format.formatToParts(at).map((one) => [one.type, Number(one.value)]));
  return Date.UTC(year, month - 1, day, hour, minute);
}

// The instant at which the wall shows this.
export function instant(shown) {
  const near = shown - (wall(shown) - shown);
  return near - (wall(near) - shown);
}

export const midnight = (at) => { const shown = wall(at); return instant(shown - (shown % DAY)); };
export const addDays = (at, count) => instant(wall(at) + count * DAY);
export const weekday = (at) => (Math.floor(wall(at) / DAY) + 3) % 7;
export const monday = (at) => addDays(midnight(at), -weekday(at));
export const iso = (at) => new Date(at).toISOString();
export const forInput = (at) => new Date(wall(at)).toISOString().slice(0, 16);
export const fromInput = (text) => instant(Date.parse(`${text}:00Z`));
export const month = (at) => forInput(at).slice(0, 7);

// Days from today on: 0 today, 1 tomorrow.
export const daysAhead = (at, now) => Math.round((wall(midnight(at)) - wall(midnight(now))) / DAY);

// `11月28日`, `周六`
export function dayParts(at) {
  const [, month, day] = forInput(at).slice(0, 10).split("-");
  return [`${Number(month)}月${Number(day)}日`, `周${WEEKDAYS[weekday(at)]}`];
}

export function dayName(at) {
  return dayParts(at).join(" ");
}

export function clock(at) {
  return forInput(at).slice(11);
}

// `12月1日 周二 21:00 – 次日 05:00`
export function span(starts, ends) {
  if (!ends) return `${dayName(starts)} ${clock(starts)} 起，不限`;
  const days = Math.round((midnight(ends) - midnight(starts)) / DAY);
  const end = days === 0 ? clock(ends) : days === 1 ? (clock(ends) === "00:00" ? "24:00" : `次日 ${clock(ends)}`) : `${dayName(ends)} ${clock(ends)}`;
  return `${dayName(starts)} ${clock(starts)} – ${end}`;
}
