// The 小结: kept per interaction until the server has it; what is missing or refused is named and focused.

import { $, given, make } from "/assets/shared/page.js";
import { list } from "/assets/console/words.js";

const LABELS = { matter: "咨询类别", district: "居民所在区", request_kind: "诉求类型", outcome: "办理结果", summary: "小结", kinds: "同时涉及的诉求", caller_groups: "服务对象", "place.district": "事发区", "place.street": "事发街道", other_party: "对方当事人" };
const FIELDS = { "place.district": "place_district", "place.street": "street" };
const form = () => $("wrap-up");

export function fillLists() {
  for (const select of form().querySelectorAll("[data-list]")) {
    const options = Object.entries(list(select.dataset.list)).map(([code, text]) => make("option", { value: code }, text));
    select.replaceChildren(make("option", { value: "" }, select.required ? "请选择" : "未登记"), ...options);
  }
  for (const box of form().querySelectorAll("[data-checks]")) {
    const checks = Object.entries(list(box.dataset.checks)).map(([code, text]) => make("label", { className: "choice" }, make("input", { type: "checkbox", name: box.dataset.name, value: code }), ` ${text}`));
    box.replaceChildren(...checks);
  }
}

// All values as they stand, for the draft.
export function values() {
  return [...new FormData(form())].filter(([, value]) => value);
}

export function restore(kept) {
  form().reset();
  showError("");
  for (const [name, value] of kept ?? []) {
    const field = form().elements[name];
    const boxes = field?.length && !field.options ? [...field] : [field];
    for (const box of boxes) {
      if (box?.type === "checkbox") box.checked ||= box.value === value;
      else if (box) box.value = value;
    }
  }
}

// What the words were likely about: proposals to check the filled-in matter against, each a click away.
export function suggest(suggested, changed) {
  const hint = $("matter-hint");
  hint.hidden = !suggested?.length;
  const choose = (matter) => {
    form().elements.matter.value = matter;
    changed();
    form().elements.matter.focus();
  };
  const buttons = (suggested ?? []).map((one) => make("button", { type: "button", className: "button small", onclick: () => choose(one.matter) }, `${list("matters")[one.matter] ?? one.matter} ${Math.round(one.confidence * 100)}%`));
  hint.replaceChildren("系统建议（仅供参考，请核对类别，提交即确认）：", ...buttons);
}

// The frame's fields, or null where something is missing.
export function read() {
  const missing = [...form().querySelectorAll("[required]")].filter((field) => !field.value.trim());
  for (const field of form().querySelectorAll("[required]")) field.setAttribute("aria-invalid", String(missing.includes(field)));
  if (missing.length) {
    showError(`请填写：${missing.map((field) => LABELS[field.name]).join("、")}`);
    missing[0].focus();
    return null;
  }
  showError("");
  return fields(new FormData(form()));
}

export function refused(frame) {
  const [path, told] = frame.message.split("：");
  const name = LABELS[path.replace(/\.\d+$/, "")];
  showError(name ? `${name}：${told}` : frame.message);
  const field = form().elements[FIELDS[path] ?? path];
  if (!field?.focus) return;
  field.setAttribute("aria-invalid", "true");
  field.focus();
}

function showError(text) {
  $("wrap-up-error").textContent = text;
}

function fields(data) {
  const optional = given({
    kinds: data.getAll("kinds"),
    caller_groups: data.getAll("caller_groups"),
    other_party: data.get("other_party").trim(),
    place: place(data),
    aid_informed: data.get("aid_informed") ? data.get("aid_informed") === "true" : undefined,
  });
  return { ...Object.fromEntries(["matter", "district", "request_kind", "outcome", "summary"].map((name) => [name, data.get(name).trim()])), ...optional };
}

function place(data) {
  const told = given({ district: data.get("place_district"), street: data.get("street").trim() });
  return Object.keys(told).length ? told : undefined;
}
