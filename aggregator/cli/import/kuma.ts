/** Uptime Kuma: monitors with their tags, groups and notifications (github.com/louislam). */
import { LIMITS } from "../../../shared/limits.ts";
import type { ImportBook } from "./book.ts";
import { fieldsOf, scalarText } from "./fields.ts";
import type { Fields, Values } from "./fields.ts";
import { NOTIFY_LABEL } from "./finish.ts";
import { kumaCheck } from "./kuma-checks.ts";
import type { KumaTimes } from "./kuma-checks.ts";
import { readKumaChannels } from "./kuma-channels.ts";
import { readKuma } from "./kuma-source.ts";
import type { KumaData } from "./kuma-source.ts";

/** Reads backups and databases into the book. */
export async function importKuma(files: readonly string[], book: ImportBook): Promise<void> {
  for (const file of files) {
    const data = await readKuma(file, book);
    const channels = readKumaChannels(data.notifications, book);
    const groups = groupsOf(data.monitors);
    for (const monitor of data.monitors.slice(0, LIMITS.importRowsMax)) {
      if (monitor["type"] !== "group") readMonitor(monitor, { book, data, channels, groups });
    }
  }
}

interface Room {
  book: ImportBook;
  data: KumaData;
  /** Names of channels by the id of the notification. */
  channels: ReadonlyMap<string, string>;
  groups: ReadonlyMap<string, string>;
}

function groupsOf(monitors: readonly Values[]): Map<string, string> {
  const groups = monitors.filter(({ type }) => type === "group");
  return new Map(groups.map(({ id, name }) => [String(id), String(name)]));
}

/** Columns that are about how Kuma shows a monitor, or that it fills in itself. */
const COSMETIC = new Set(
  `id name type user_id weight created_date active interval dns_last_result path_name
  include_sensitive_data tags children_ids path force_inactive screenshot maintenance
  show_last_heartbeat cache_bust manual_status ping_numeric timeout parent maxretries
  proxy_id gamedig_given_port_only last_slow_response_alert save_response
  save_error_response response_max_length domain_expiry_notification wait_time`.split(/\s+/),
);

/** What stands in a column when nobody chose it. */
const DEFAULTS: Values = {
  method: "GET",
  maxredirects: 10,
  packet_size: 56,
  accepted_statuscodes_json: '["200-299"]',
  http_body_encoding: "json",
  json_path: "$",
  json_path_operator: "==",
  conditions: "[]",
  snmp_version: "2c",
  mqtt_check_type: "keyword",
  kafka_producer_brokers: "[]",
  kafka_producer_sasl_options: '{"mechanism":"None"}',
  rabbitmq_nodes: "[]",
  smtp_security: null,
  ping_count: 1,
  ping_per_request_timeout: 2,
  oauth_auth_method: "client_secret_basic",
  retry_interval: 60,
  ip_family: null,
};

/** Columns of one type only; those of the others say nothing of a monitor. */
const OWNED: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^mqtt_/, ["mqtt"]],
  [/^grpc_/, ["grpc-keyword"]],
  [/^radius_/, ["radius"]],
  [/^kafka_/, ["kafka-producer"]],
  [/^snmp_/, ["snmp"]],
  [/^rabbitmq_/, ["rabbitmq"]],
  [/^docker_/, ["docker"]],
  [/^database_/, ["postgres", "mysql", "redis", "sqlserver", "mongodb"]],
  [/^dns_/, ["dns"]],
  [/^(?:push_token)$/, ["push"]],
  [/^(?:ping_|packet_size)/, ["ping"]],
  [/^smtp_/, ["smtp"]],
  [/^ws_/, ["websocket-upgrade"]],
  [/^(?:game|gamedig_)/, ["gamedig", "steam"]],
  [/^(?:remote_browser)/, ["real-browser"]],
  [
    /^(?:hostname|port)$/,
    ["port", "ping", "dns", "smtp", "mqtt", "steam", "gamedig", "radius", "snmp", "tailscale-ping"],
  ],
  [/^url$/, ["http", "keyword", "json-query", "real-browser", "websocket-upgrade"]],
  [/^(?:keyword|invert_keyword)$/, ["keyword", "grpc-keyword"]],
  [/^(?:json_path|expected_value)/, ["json-query", "snmp"]],
  [
    /^(?:method|body|headers|maxredirects|accepted_|http_|ignore_tls|expiry_|tls_[ck]|cache_)/,
    ["http", "keyword", "json-query", "websocket-upgrade"],
  ],
  [/^(?:auth_|basic_auth_|oauth_)/, ["http", "keyword", "json-query", "websocket-upgrade"]],
];

/** The columns that say something of a monitor of its type. */
function sayingOf(monitor: Values): Values {
  const type = scalarText(monitor["type"]) ?? "";
  const saying = Object.entries(monitor).filter(([name, value]) => {
    if (COSMETIC.has(name) || (value === 0 && name !== "maxredirects") || value === DEFAULTS[name])
      return false;
    return !OWNED.some(([columns, types]) => columns.test(name) && !types.includes(type));
  });
  return Object.fromEntries(saying);
}

function readMonitor(monitor: Values, room: Room): void {
  const { book } = room;
  const title = scalarText(monitor["name"]) ?? "";
  const type = scalarText(monitor["type"]) ?? "";
  const item = `monitor ${title === "" ? String(monitor["id"]) : title}`;
  const tell = book.left(item);
  const fields = fieldsOf(sayingOf(monitor), { tell });
  const name = book.nameFor("target", title, item);
  const head = fieldsOf(monitor, { tell });
  const times = timesOf(head, item, book);
  const proxy = room.data.proxies.get(String(monitor["proxy_id"]));
  const check = kumaCheck({ type, fields, proxy, times, name, item, book });
  const labels = labelsOf(monitor, title, { room, item });
  if (fields.flag("upside_down") === true && check !== null) check.options["mustFail"] = true;
  fields.leave("resend_interval", "reminders are a matter of the routes: remindAfterMs");
  fields.leave("retry_interval", "what fails is looked at again at once, and then at its interval");
  fields.leave("description", "there is no field for it");
  fields.leave("expiry_notification", "set tls.daysMin for the days that must be left");
  if (check === null) return;
  fields.end();
  const off = head.flag("active") === false ? { enabled: false } : {};
  book.add({ noun: "target", item, spec: { name, ...check, ...times, labels, ...off } });
}

function timesOf(fields: Fields, item: string, book: ImportBook): KumaTimes {
  const seconds = fields.number("interval") ?? 60;
  const intervalMs = Math.min(86_400_000, Math.max(1_000, Math.round(seconds * 1_000)));
  const limit = fields.number("timeout") ?? 0;
  // Kuma waits 0.8 of the interval unless it is told otherwise.
  const saidMs = limit > 0 ? limit * 1_000 : intervalMs * 0.8;
  const timeoutMs = Math.min(60_000, intervalMs, Math.max(50, Math.round(saidMs)));
  const retries = fields.number("maxretries") ?? 0;
  if (retries > 9) book.changed(item)("maxretries", "at most 10 failures in a row are waited for");
  return {
    intervalMs,
    timeoutMs,
    fall: Math.min(10, Math.max(1, Math.round(retries) + 1)),
    rise: 1,
  };
}

function labelsOf(monitor: Values, title: string, { room, item }: { room: Room; item: string }) {
  const { book, data, channels, groups } = room;
  const id = String(monitor["id"]);
  const labels: [string, string][] = [["title", title.slice(0, LIMITS.labelCharsMax)]];
  const group = groups.get(String(monitor["parent"]));
  if (group !== undefined) labels.push(["group", group.slice(0, LIMITS.labelCharsMax)]);
  for (const [name, value] of data.tags.get(id) ?? []) {
    // A tag without a value says by its name that it is there.
    if (name !== "") labels.push([name.slice(0, LIMITS.labelCharsMax), value || "yes"]);
  }
  for (const one of data.notified.get(id) ?? []) {
    const channel = channels.get(one);
    if (channel !== undefined) labels.push([NOTIFY_LABEL + channel, "yes"]);
    else book.left(item)("notifications", `the notification ${one} was not carried`);
  }
  return Object.fromEntries(labels);
}
