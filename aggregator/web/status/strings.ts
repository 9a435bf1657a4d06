/** Every text of status pages, in every language: one place. */
import type { StatusLocale } from "../../../shared/status-page.ts";
import type { StatusLevel } from "../../../shared/status-view.ts";

/** The texts of one language. */
export interface StatusStrings {
  /** How a target is. */
  levels: Readonly<Record<StatusLevel, string>>;
  /** How all of them are, above everything else. */
  headlines: Readonly<Record<StatusLevel, string>>;
  incidents: string;
  noIncidents: string;
  ongoing: string;
  resolved: string;
  /** How long it lasted: after it comes a duration. */
  lasted: string;
  announcements: string;
  maintenance: string;
  runsNow: string;
  planned: string;
  affects: string;
  others: string;
  regional: (failing: string, reached: string) => string;
  days: (count: number) => string;
  troubled: (count: number) => string;
  daysAgo: string;
  today: string;
  uptime: string;
  noData: string;
  /** A day and its outage. */
  downFor: string;
  asOf: string;
  leftOut: (count: number) => string;
  subscribe: string;
  password: string;
  passwordHint: string;
  wrongPassword: string;
  tooMany: string;
  enter: string;
  privatePage: string;
  notFound: string;
  unavailable: string;
  poweredBy: string;
  skip: string;
  noTargets: string;
  units: { day: string; hour: string; minute: string; second: string };
}

const en: StatusStrings = {
  levels: {
    operational: "Operational",
    degraded: "Degraded",
    regional: "Regional outage",
    outage: "Outage",
    recovering: "Recovering",
    maintenance: "Maintenance",
    unknown: "Unknown",
  },
  headlines: {
    operational: "All systems are operational",
    degraded: "Some systems are degraded",
    regional: "Some regions cannot reach everything",
    outage: "Some systems are down",
    recovering: "Systems are recovering",
    maintenance: "Maintenance is under way",
    unknown: "The state of some systems is not known",
  },
  incidents: "Incidents of the last 14 days",
  noIncidents: "No incidents in the last 14 days.",
  ongoing: "Ongoing",
  resolved: "Resolved",
  lasted: "Duration",
  announcements: "Announcements",
  maintenance: "Maintenance",
  runsNow: "Runs now",
  planned: "Planned",
  affects: "Affects",
  others: "Other",
  regional: (failing, reached) =>
    reached === ""
      ? `Not reached from ${failing}.`
      : `Not reached from ${failing}; reached from ${reached}.`,
  days: (count) => `State of the last ${count} days`,
  troubled: (count) => `Days with trouble: ${count}`,
  daysAgo: "90 days ago",
  today: "Today",
  uptime: "uptime",
  noData: "no data",
  downFor: "down",
  asOf: "As of",
  leftOut: (count) => `${count} further systems are not shown.`,
  subscribe: "Subscribe",
  password: "Password",
  passwordHint: "This page asks for a password.",
  wrongPassword: "This is not the password.",
  tooMany: "Too many attempts. Wait a minute and try again.",
  enter: "Show the page",
  privatePage: "This page is for people who are signed in.",
  notFound: "There is no such status page.",
  unavailable: "The state cannot be shown right now. Try again in a moment.",
  poweredBy: "Checked from several places by Quorate",
  skip: "To the systems",
  noTargets: "There is nothing to show yet.",
  units: { day: "d", hour: "h", minute: "min", second: "s" },
};

const de: StatusStrings = {
  levels: {
    operational: "In Betrieb",
    degraded: "Beeinträchtigt",
    regional: "Regionale Störung",
    outage: "Ausfall",
    recovering: "Erholt sich",
    maintenance: "Wartung",
    unknown: "Unbekannt",
  },
  headlines: {
    operational: "Alle Systeme sind in Betrieb",
    degraded: "Einige Systeme sind beeinträchtigt",
    regional: "Einige Regionen erreichen nicht alles",
    outage: "Einige Systeme sind ausgefallen",
    recovering: "Systeme erholen sich",
    maintenance: "Wartungsarbeiten laufen",
    unknown: "Der Zustand einiger Systeme ist nicht bekannt",
  },
  incidents: "Störungen der letzten 14 Tage",
  noIncidents: "Keine Störungen in den letzten 14 Tagen.",
  ongoing: "Dauert an",
  resolved: "Behoben",
  lasted: "Dauer",
  announcements: "Ankündigungen",
  maintenance: "Wartung",
  runsNow: "Läuft gerade",
  planned: "Geplant",
  affects: "Betrifft",
  others: "Weitere",
  regional: (failing, reached) =>
    reached === ""
      ? `Nicht erreichbar aus ${failing}.`
      : `Nicht erreichbar aus ${failing}; erreichbar aus ${reached}.`,
  days: (count) => `Zustand der letzten ${count} Tage`,
  troubled: (count) => `Tage mit Störungen: ${count}`,
  daysAgo: "Vor 90 Tagen",
  today: "Heute",
  uptime: "verfügbar",
  noData: "keine Daten",
  downFor: "ausgefallen",
  asOf: "Stand",
  leftOut: (count) => `${count} weitere Systeme werden nicht gezeigt.`,
  subscribe: "Abonnieren",
  password: "Passwort",
  passwordHint: "Diese Seite fragt nach einem Passwort.",
  wrongPassword: "Das ist nicht das Passwort.",
  tooMany: "Zu viele Versuche. Bitte eine Minute warten und dann erneut versuchen.",
  enter: "Seite zeigen",
  privatePage: "Diese Seite ist für angemeldete Personen.",
  notFound: "Eine solche Statusseite gibt es nicht.",
  unavailable: "Der Zustand kann gerade nicht gezeigt werden. Bitte gleich erneut versuchen.",
  poweredBy: "Von mehreren Orten geprüft mit Quorate",
  skip: "Zu den Systemen",
  noTargets: "Noch gibt es nichts zu zeigen.",
  units: { day: "T.", hour: "Std.", minute: "Min.", second: "Sek." },
};

const zh: StatusStrings = {
  levels: {
    operational: "正常",
    degraded: "性能下降",
    regional: "区域性故障",
    outage: "中断",
    recovering: "恢复中",
    maintenance: "维护中",
    unknown: "未知",
  },
  headlines: {
    operational: "所有系统运行正常",
    degraded: "部分系统性能下降",
    regional: "部分地区无法访问某些系统",
    outage: "部分系统中断",
    recovering: "系统正在恢复",
    maintenance: "正在进行维护",
    unknown: "部分系统状态未知",
  },
  incidents: "最近 14 天的事件",
  noIncidents: "最近 14 天没有事件。",
  ongoing: "进行中",
  resolved: "已解决",
  lasted: "持续时间",
  announcements: "公告",
  maintenance: "维护",
  runsNow: "正在进行",
  planned: "已计划",
  affects: "影响",
  others: "其他",
  regional: (failing, reached) =>
    reached === ""
      ? `以下地区无法访问：${failing}。`
      : `以下地区无法访问：${failing}；可以访问：${reached}。`,
  days: (count) => `最近 ${count} 天的状态`,
  troubled: (count) => `有故障的天数：${count}`,
  daysAgo: "90 天前",
  today: "今天",
  uptime: "可用率",
  noData: "无数据",
  downFor: "中断",
  asOf: "截至",
  leftOut: (count) => `另有 ${count} 个系统未显示。`,
  subscribe: "订阅",
  password: "密码",
  passwordHint: "此页面需要密码。",
  wrongPassword: "密码不正确。",
  tooMany: "尝试次数过多。请等待一分钟后重试。",
  enter: "显示页面",
  privatePage: "此页面仅供已登录的用户查看。",
  notFound: "没有这样的状态页面。",
  unavailable: "目前无法显示状态。请稍后重试。",
  poweredBy: "由 Quorate 从多个地点检查",
  skip: "跳到系统列表",
  noTargets: "暂无内容。",
  units: { day: "天", hour: "小时", minute: "分钟", second: "秒" },
};

/** The texts by language. */
export const STATUS_STRINGS: Readonly<Record<StatusLocale, StatusStrings>> = { en, de, zh };
