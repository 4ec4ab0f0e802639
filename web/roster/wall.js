// The clock on the city's wall, whatever zone the browser is in.

export const DAY = 24 * 3600 * 1000;
export const HOUR = 3600 * 1000;
const WEEKDAYS = "一二三四五六日";
let format = null;

export function useZone(timeZone) {
  const parts = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  format = new Intl.DateTimeFormat("en-CA", { timeZone, ...parts });
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

export function dayName(at) {
  const [, month, day] = forInput(at).slice(0, 10).split("-");
  return `${Number(month)}月${Number(day)}日 周${WEEKDAYS[weekday(at)]}`;
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
