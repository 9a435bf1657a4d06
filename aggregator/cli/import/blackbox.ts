/** Prometheus with the blackbox exporter: scrape configs joined with its modules. */
import { dirname, resolve } from "node:path";
import { QuorateError } from "../../../shared/errors.ts";
import { LIMITS } from "../../../shared/limits.ts";
import type { ImportBook } from "./book.ts";
import { fieldsOf, isValues, mapTexts, scalarText } from "./fields.ts";
import type { Fields, Values } from "./fields.ts";
import { moduleCheck } from "./blackbox-modules.ts";
import { discovered } from "./blackbox-targets.ts";
import { durationMs, shownAddress } from "./measures.ts";
import { parseYamlFile, readImportFile } from "./read.ts";
import { readRelabel } from "./relabel.ts";
import type { Labels } from "./relabel.ts";

/** A module of the exporter, and the file that it stands in. */
interface Module {
  values: Values;
  file: string;
}

interface Room {
  book: ImportBook;
  modules: ReadonlyMap<string, Module>;
  /** Whether any file held modules; without one those of the exporter's own example are meant. */
  hasModules: boolean;
}

/** Modules of the exporter's own example (blackbox.yml), for when its file is not given. */
const EXAMPLES: Readonly<Record<string, Values>> = {
  http_2xx: { prober: "http" },
  http_post_2xx: { prober: "http", http: { method: "POST" } },
  tcp_connect: { prober: "tcp" },
  icmp: { prober: "icmp" },
  grpc: { prober: "grpc", grpc: { tls: true } },
  grpc_plain: { prober: "grpc" },
};

/** Reads files of Prometheus, and of the exporter, into the book; which is which they say. */
export function importBlackbox(files: readonly string[], book: ImportBook): void {
  const modules = new Map<string, Module>();
  const roots: { file: string; root: Fields }[] = [];
  for (const file of files) {
    const values = mapTexts(parseYamlFile(file, readImportFile(file)), (text) => text);
    if (
      !isValues(values) ||
      !("modules" in values || "scrape_configs" in values || "scrape_config_files" in values)
    ) {
      const expected = "expected scrape_configs of Prometheus, or modules of the exporter";
      throw new QuorateError("invalid", `${file}: ${expected}.`);
    }
    const { modules: found } = values;
    for (const [name, module] of isValues(found) ? Object.entries(found) : []) {
      if (isValues(module)) modules.set(name, { values: module, file });
      else book.left(`module ${name}`)("(all)", "expected a map");
    }
    if ("scrape_configs" in values)
      roots.push({ file, root: fieldsOf(values, { tell: book.left(`file ${file}`) }) });
  }
  if (roots.length === 0) {
    throw new QuorateError("invalid", "Expected a file of Prometheus with scrape_configs as well.");
  }
  const room: Room = { book, modules, hasModules: modules.size > 0 };
  for (const { file, root } of roots) readPrometheus(file, root, room);
}

function readPrometheus(file: string, root: Fields, room: Room): void {
  const global = root.map("global");
  const defaults = {
    intervalMs: durationMs(global?.text("scrape_interval") ?? "1m") ?? 60_000,
    timeoutMs: durationMs(global?.text("scrape_timeout") ?? "10s") ?? 10_000,
  };
  for (const value of root.list("scrape_configs")) {
    if (isValues(value)) readJob(value, { ...room, file, defaults });
    else room.book.left(`file ${file}`)("scrape_configs", "expected a list of maps");
  }
  root.leave("scrape_config_files", "give these files as well");
}

interface JobRoom extends Room {
  file: string;
  defaults: { intervalMs: number; timeoutMs: number };
}

/** What the exporter is asked, and how often. */
interface Job {
  name: string;
  intervalMs: number;
  timeoutMs: number;
}

function readJob(value: Values, room: JobRoom): void {
  const { book, defaults, file } = room;
  const name = scalarText(value["job_name"]) ?? "";
  const item = `job ${name}`;
  const job = fieldsOf(value, { tell: book.left(item) });
  job.skip("job_name", "honor_labels", "honor_timestamps", "scheme", "follow_redirects");
  job.skip("basic_auth", "authorization", "tls_config", "http_sd_config");
  const params = job.map("params");
  const module = params?.texts("module")[0];
  const path = job.text("metrics_path") ?? "/metrics";
  if (module === undefined && path !== "/probe") {
    book.left(item)("(all)", "it does not ask a blackbox exporter");
    return;
  }
  const intervalMs = durationMs(job.text("scrape_interval") ?? "") ?? defaults.intervalMs;
  const timeoutMs =
    durationMs(job.text("scrape_timeout") ?? "") ?? Math.min(defaults.timeoutMs, intervalMs);
  const rules = job.list("relabel_configs").flatMap((rule) => {
    if (isValues(rule))
      return fieldsOf(rule, { tell: book.left(item), prefix: "relabel_configs." });
    book.left(item)("relabel_configs", "expected a list of maps");
    return [];
  });
  const relabel = readRelabel(rules, book.left(item));
  const found = discovered(job, { folder: dirname(resolve(file)), tell: book.left(item) });
  params?.end("the exporter is asked for nothing else");
  job.end("it is about how metrics are scraped");
  const target = params?.texts("target")[0];
  for (const labels of found) {
    const given = {
      job: name,
      __metrics_path__: path,
      __scheme__: "http",
      ...(module === undefined ? {} : { __param_module: module }),
      ...(target === undefined ? {} : { __param_target: target }),
      ...labels,
    };
    const made = relabel(given);
    if (made === null)
      book.left(`${item} ${shownAddress(labels["__address__"] ?? "")}`)("(all)", "a rule drops it");
    else readTarget(made, { ...room, item, job: { name, intervalMs, timeoutMs } });
  }
}

function readTarget(labels: Labels, room: Room & { item: string; job: Job }): void {
  const { book, modules, hasModules, job } = room;
  const target = labels["__param_target"] ?? labels["__address__"] ?? "";
  const item = `${room.item} ${shownAddress(target)}`;
  const moduleName = labels["__param_module"] ?? "http_2xx";
  const example =
    !hasModules && Object.hasOwn(EXAMPLES, moduleName) ? EXAMPLES[moduleName] : undefined;
  const module = modules.get(moduleName) ?? (example && { values: example, file: "." });
  if (module === undefined) {
    const hint = hasModules ? "" : "; give the exporter's file (blackbox.yml) as well";
    book.left(item)("module", `there is no module ${moduleName}${hint}`);
    return;
  }
  if (example !== undefined)
    book.changed(item)("module", `${moduleName} is taken as in the exporter's example`);
  const instance = labels["instance"];
  const name = book.nameFor("target", nameOf(instance ?? target, job.name), item);
  const fields = fieldsOf(module.values, {
    tell: book.left(item),
    prefix: `module ${moduleName}.`,
  });
  const moduleMs = durationMs(fields.text("timeout") ?? "");
  const check = moduleCheck({
    fields,
    target,
    name,
    item,
    book,
    folder: dirname(resolve(module.file)),
  });
  fields.end();
  if (check === null) return;
  const intervalMs = Math.min(86_400_000, Math.max(LIMITS.intervalMsMin, job.intervalMs));
  const timeoutMs = Math.min(60_000, intervalMs, Math.max(50, moduleMs || job.timeoutMs));
  const shown = Object.entries(labels).filter(
    ([key]) => !key.startsWith("__") && key !== "instance",
  );
  const title = instance === undefined || instance === target ? [] : [["title", instance] as const];
  const all = Object.fromEntries([...shown, ...title]);
  book.add({ noun: "target", item, spec: { name, ...check, intervalMs, timeoutMs, labels: all } });
}

/** The host and path of an address, or the address itself. */
function nameOf(address: string, job: string): string {
  const plain = shownAddress(address)
    .replace(/^[a-z+]+:\/\//i, "")
    .replace(/\/+$/, "");
  return plain === "" ? job : plain;
}
