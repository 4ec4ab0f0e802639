// What codes are called on this page; the city's own lists come from the server.

export const STATES = { with_lawyer: "服务中", wrap_up: "待小结", closed: "已办结", waiting: "已回到排队", abandoned: "未接通" };
export const RELAXED = { neighbour: "久等后放宽到相近类别，", any: "久等后放宽到任一律师，" };
export const CHOSEN = { last_lawyer: "上次由您服务", specialist: "专长匹配", generalist: "综合坐席优先接待未分类咨询", longest_idle: "您等候最久", named: "同事指定转给您" };
export const OPEN_STATES = { with_bot: "智能解答中", waiting: "排队中", offered: "待接入", with_lawyer: "服务中", wrap_up: "待小结", callback_due: "预约回电", closed: "已办结", abandoned: "未接通" };
export const LIMBO = { seat_gone: "坐席已离线", long_wrap_up: "小结过久", nobody_serves: "无人可接" };
export const DECLINES = { conflict: "利益冲突（不再派给您）", competence: "不熟悉该领域（不再派给您）", busy: "暂时不便", other: "其他" };
export const URGENCIES = { danger: "人身危险", deadline: "期限临近", protected: "重点群体", normal: "一般" };
export const DANGERS = { violence: "暴力", self_harm: "自伤", weapon: "凶器", minor_harm: "未成年人受害", unclear: "可能有危险" };
export const WHO = { resident: "居民", bot: "智能助手", lawyer: "我", system: "系统", supervisor: "班长" };
export const AWAY = {
  missed_offers: "多次超时未接，已自动示忙。回来后请点“示闲”。",
  vanished: "连接中断过久，已自动示忙。",
  other: "您已示忙，不会收到新的服务。",
};
export const GONE = { lapsed: "该服务超时未接，已转给其他坐席", resident_left: "居民已离开", withdrawn: "该服务已撤回" };

let lists = {};

export function learn(codes) {
  lists = codes;
}

export function list(name) {
  return lists[name] ?? {};
}

export function label(name, code) {
  return lists[name]?.[code] ?? code ?? "";
}

export function waited(seconds) {
  return seconds < 60 ? `${Math.round(seconds)} 秒` : `${Math.round(seconds / 60)} 分钟`;
}
