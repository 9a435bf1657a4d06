/** Gatus: endpoints and external endpoints of its configuration (github.com/TwiN/gatus). */
import type { ImportBook } from "./book.ts";
import { fieldsOf, isValues, mapTexts } from "./fields.ts";
import type { Fields } from "./fields.ts";
import { NOTIFY_LABEL } from "./finish.ts";
import { readGatusChannels } from "./gatus-alerting.ts";
import type { GatusAlerting } from "./gatus-alerting.ts";
import { gatusCheck } from "./gatus-checks.ts";
import { durationMs } from "./measures.ts";
import { parseYamlFile, readImportFile } from "./read.ts";
import { QuorateError } from "../../../shared/errors.ts";

/** Sections that belong to the program itself, and not to what it watches. */
const OF_THE_PROGRAM = "it sets up the program, and not what it watches";

/** Reads files of Gatus into the book; several are read as one configuration. */
export function importGatus(files: readonly string[], book: ImportBook): void {
  const roots = files.map((file) => {
    const root = mapTexts(parseYamlFile(file, readImportFile(file)), (text) =>
      expanded(text, book),
    );
    if (isValues(root)) return fieldsOf(root, { tell: book.left(`file ${file}`) });
    throw new QuorateError("invalid", `${file}: expected a map with endpoints, as Gatus has it.`);
  });
  const alerting: GatusAlerting = { channels: new Map(), defaults: new Map() };
  for (const root of roots) readGatusChannels(root.map("alerting"), { book, alerting });
  for (const root of roots) {
    for (const one of [...root.list("endpoints"), ...root.list("services")]) {
      readEndpoint(one, { book, alerting });
    }
    for (const one of root.list("external-endpoints")) readExternal(one, { book, alerting });
    for (const one of root.list("suites")) leaveSuite(one, book);
    root.skip("metrics", "debug");
    for (const name of ["web", "ui", "storage", "security", "concurrency", "connectivity"]) {
      root.leave(name, OF_THE_PROGRAM);
    }
    root.leave(
      "maintenance",
      "write it as a maintenance of this file: when it is needs a decision",
    );
    root.leave("announcements", "they belong to a status page, which is made by itself");
    root.end();
  }
}

/** `$NAME` and `${NAME}` are variables, `$$` is a dollar. */
function expanded(text: string, book: ImportBook): string {
  return text.replaceAll(
    /\$(?:\$|\{(\w{1,200})\}|([A-Za-z_]\w{0,199}))/g,
    (whole: string, a?: string, b?: string) => {
      const name = a ?? b;
      return name === undefined ? whole.slice(1) : book.variable(name);
    },
  );
}

interface Room {
  book: ImportBook;
  alerting: GatusAlerting;
}

/** What every endpoint has, however it is watched. */
interface Named {
  endpoint: Fields;
  item: string;
  name: string;
  labels: Record<string, string>;
}

function named(value: unknown, noun: string, { book }: Room): Named | null {
  if (!isValues(value)) {
    book.left(noun)("(all)", "expected a map");
    return null;
  }
  const { name, group } = value;
  const [title, part] = [textOf(name), textOf(group)];
  const called = title === "" ? "(without a name)" : title;
  const item = `${noun} ${part === "" ? "" : `${part}/`}${called}`;
  const endpoint = fieldsOf(value, { tell: book.left(item) });
  endpoint.skip("name", "group");
  const whole = part === "" ? title : `${part}-${title}`;
  const labels = {
    ...(part === "" ? {} : { group: part.slice(0, 200) }),
    ...(title === "" ? {} : { title: title.slice(0, 200) }),
  };
  return { endpoint, item, name: book.nameFor("target", whole, item), labels };
}

const textOf = (value: unknown): string =>
  typeof value === "string" || typeof value === "number" ? String(value) : "";

function readEndpoint(value: unknown, room: Room): void {
  const found = named(value, "endpoint", room);
  if (found === null) return;
  const { endpoint, item, name, labels } = found;
  const { book } = room;
  const client = endpoint.map("client");
  const check = gatusCheck({ endpoint, client, item, name, book });
  const alerts = alertsOf(endpoint, item, room);
  const intervalMs = durationOf(endpoint, "interval", 60_000);
  const enabled = endpoint.flag("enabled") ?? true;
  const extra = Object.fromEntries(endpoint.pairs("extra-labels"));
  const timeoutMs = Math.min(
    60_000,
    intervalMs,
    client === undefined ? 10_000 : durationOf(client, "timeout", 10_000),
  );
  endpoint.leave("ui", "it is only about how Gatus shows it");
  endpoint.leave("maintenance-windows", "write them as maintenance of this file");
  endpoint.end();
  client?.end();
  if (check === null) return;
  const spec = {
    name,
    kind: check.kind,
    options: check.options,
    intervalMs,
    timeoutMs,
    ...alerts.thresholds,
    labels: { ...extra, ...labels, ...alerts.labels },
    ...(enabled ? {} : { enabled: false }),
  };
  book.add({ noun: "target", item, spec });
}

function durationOf(fields: Fields, name: string, otherwise: number): number {
  const text = fields.text(name);
  if (text === undefined) return otherwise;
  const foundMs = durationMs(text) ?? Number(text) / 1e6;
  if (Number.isFinite(foundMs) && foundMs > 0)
    return Math.min(86_400_000, Math.max(200, Math.round(foundMs)));
  return otherwise;
}

/** Channels that an endpoint is told to, and how many looks it takes. */
function alertsOf(endpoint: Fields, item: string, { book, alerting }: Room) {
  const labels: Record<string, string> = {};
  const thresholds: { fall?: number; rise?: number } = {};
  for (const value of endpoint.list("alerts")) {
    if (!isValues(value)) {
      book.left(item)("alerts", "expected a list of maps");
      continue;
    }
    const alert = fieldsOf(value, { tell: book.left(item), prefix: "alerts." });
    const type = alert.text("type") ?? "";
    const channel = alerting.channels.get(type);
    const base = alerting.defaults.get(type);
    const fall = alert.number("failure-threshold") ?? base?.number("failure-threshold");
    const rise = alert.number("success-threshold") ?? base?.number("success-threshold");
    if (fall !== undefined) thresholds.fall = clamp(Math.min(thresholds.fall ?? 10, fall));
    if (rise !== undefined) thresholds.rise = clamp(Math.min(thresholds.rise ?? 10, rise));
    const isOn = alert.flag("enabled") ?? base?.flag("enabled") ?? true;
    if (!isOn) book.left(item)("alerts", `the one of type ${type} is switched off`);
    else if (channel === undefined) {
      book.left(item)("alerts", `there is no channel for the type ${type}`);
    } else labels[NOTIFY_LABEL + channel] = "yes";
    if ((alert.flag("send-on-resolved") ?? base?.flag("send-on-resolved")) === false) {
      book.changed(item)("alerts.send-on-resolved", "channels are told of recoveries as well");
    }
    alert.leave("description", "messages say what was seen; use playbookUrl for what to do");
    alert.leave("minimum-reminder-interval", "reminders are a matter of the routes");
    alert.end();
  }
  return { labels, thresholds };
}

const clamp = (count: number): number => Math.min(10, Math.max(1, Math.round(count)));

function readExternal(value: unknown, room: Room): void {
  const found = named(value, "external endpoint", room);
  if (found === null) return;
  const { endpoint, item, name, labels } = found;
  const { book } = room;
  const token = endpoint.text("token") ?? "";
  const alerts = alertsOf(endpoint, item, room);
  const heartbeat = endpoint.map("heartbeat");
  const everyMs = heartbeat === undefined ? 0 : durationOf(heartbeat, "interval", 0);
  if (everyMs === 0) {
    book.changed(item)("heartbeat.interval", "a report is expected every day; Gatus expected none");
  }
  const enabled = endpoint.flag("enabled") ?? true;
  endpoint.end();
  heartbeat?.end();
  const options = { key: book.secret([name, "key"], token), everyMs: everyMs || 86_400_000 };
  const seen = {
    intervalMs: 60_000,
    ...alerts.thresholds,
    labels: { ...labels, ...alerts.labels },
  };
  const off = enabled ? {} : { enabled: false };
  book.changed(item)(
    "url",
    `reports go to a probe: POST /push/${name} with the key as bearer token`,
  );
  book.add({ noun: "target", item, spec: { name, kind: "push", options, ...seen, ...off } });
}

function leaveSuite(value: unknown, book: ImportBook): void {
  const name = isValues(value) ? textOf(value["name"]) : "";
  book.left(`suite ${name}`)("(all)", "write its endpoints as steps of a target of kind multistep");
}
