/** `quorate doctor`: what is wrong with a mesh, and what to do about it. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { createApiClient } from "../../../shared/api/client.ts";
import type { ApiClient } from "../../../shared/api/client.ts";
import { messageOf } from "../../../shared/errors.ts";
import type { HostPort } from "../../../shared/host-port.ts";
import { LIMITS } from "../../../shared/limits.ts";
import type { CliContext } from "../context.ts";
import { endpointOf } from "../endpoint.ts";
import { EXIT_CODES, UsageError } from "../exit-codes.ts";
import { listenOption } from "../parse.ts";
import type { Printer } from "../printer.ts";
import { addEndpointFlags, addOutput, openVoice } from "../session.ts";
import type { ClientFlags } from "../session.ts";
import type { Cell } from "../table.ts";
import { wrapText } from "../width.ts";
import { checkAggregator } from "./aggregator.ts";
import { findingsOf } from "./finding.ts";
import type { Finding, FindingLevel } from "./finding.ts";
import { checkDisk, checkFiles, checkName, checkNode, checkSecretFile } from "./here.ts";
import { checkCanaries, checkMesh, checkProbes } from "./mesh.ts";
import { checkPort } from "./ports.ts";

interface DoctorFlags extends ClientFlags {
  grpc?: HostPort;
  probe?: HostPort;
}

/** Adds `quorate doctor`. */
export function addDoctor(
  program: Command,
  { context, setExitCode }: { context: CliContext; setExitCode: (code: number) => void },
): void {
  const command = program
    .command("doctor")
    .description("look for what is wrong: ports, clock, DNS, canaries, files, store, versions");
  addOutput(addEndpointFlags(command))
    .addOption(listenOption("--grpc <host:port>", "where probes connect (default: port 7701)"))
    .addOption(listenOption("--probe <host:port>", "look at this machine as a probe of that one"))
    .addHelpText("after", "\nExits with 1 when anything fails; warnings alone exit with 0.")
    .action(async (flags: DoctorFlags) => {
      const { printer, json } = openVoice(context, flags);
      const findings = await examine(context, flags);
      if (json) printer.json({ items: findings, next: null });
      else show(findings, printer);
      if (findings.some(({ level }) => level === "fail")) setExitCode(EXIT_CODES.error.code);
    });
}

/** Where programs on this machine keep their data unless told otherwise. */
const DEFAULT_DATA = ".quorate";
const DEFAULT_PROBE_DATA = ".quorate-probe";

async function examine(context: CliContext, flags: DoctorFlags): Promise<Finding[]> {
  const { clock } = context;
  if (flags.probe !== undefined) return examineProbe(context, flags.probe, flags);
  const { url, token, problems } = reach(context, flags);
  const client = createApiClient({ url: url.href, ...(token === null ? {} : { token }) });
  const here = await examineHere(context, flags.data ?? DEFAULT_DATA);
  const name = await checkName(hostOf(url), clock);
  const ports = await Promise.all(portsOf(url, flags.grpc).map((port) => checkPort(port, clock)));
  const asked = { client, url, hasToken: token !== null, clock };
  const { findings, summary } = await checkAggregator(asked);
  const mesh = summary === null ? [] : [...checkMesh(summary), ...(await askMesh(client, summary))];
  return [...here, ...problems, name, ...ports, ...findings, ...mesh];
}

/** The aggregator that is asked; a token that cannot be read is a finding, and not the end. */
function reach(context: CliContext, flags: DoctorFlags) {
  try {
    return { ...endpointOf(context, flags), problems: [] };
  } catch (thrown) {
    if (thrown instanceof UsageError) throw thrown;
    const { data: _data, tokenFile: _tokenFile, ...rest } = flags;
    const advice = "Name a file that can be read: --token-file, or --data of an aggregator.";
    const problem = findingsOf("here").fail("token", messageOf(thrown), advice);
    return { ...endpointOf(context, rest), problems: [problem] };
  }
}

/** This machine and a folder on it. */
async function examineHere(context: CliContext, data: string): Promise<Finding[]> {
  const { configFolder } = context.settings;
  const contexts = configFolder ? join(configFolder, "config.yaml") : "";
  return [
    checkNode(process.version),
    ...checkSecretFile(contexts, "contexts"),
    ...checkFiles(data),
    ...(await checkDisk(data)),
    ...(await checkStore(context, data)),
  ];
}

/** This machine as the place of a probe; what the aggregator says of it needs no token here. */
async function examineProbe(
  context: CliContext,
  address: HostPort,
  { data = DEFAULT_PROBE_DATA, tokenFile }: DoctorFlags,
): Promise<Finding[]> {
  const { ok, warn } = findingsOf("probe");
  const { clock, settings } = context;
  const given = tokenFile ?? (settings.probeToken === null ? null : "QUORATE_PROBE_TOKEN");
  const advice = "Look at the aggregator's --grpc-listen, and at firewalls between.";
  return [
    ...(await examineHere(context, data)),
    ...(tokenFile === undefined ? [] : checkSecretFile(tokenFile, "token")),
    given === null
      ? warn("token", "No token was found.", "Give --token-file or set QUORATE_PROBE_TOKEN.")
      : ok("token", `A token is in ${given}.`),
    { ...(await checkName(address.host, clock)), side: "probe" },
    await checkPort({ side: "probe", what: "gRPC", address, advice }, clock),
  ];
}

const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, "");

/** The ports of an aggregator; that of the probes is asked for when it can be known. */
function portsOf(url: URL, grpc: HostPort | undefined) {
  const port = Number(url.port === "" ? (url.protocol === "https:" ? 443 : 80) : url.port);
  const host = hostOf(url);
  const api = {
    side: "aggregator" as const,
    what: "API",
    address: { host, port },
    advice: "Look whether the aggregator runs, at its --listen, and at firewalls between.",
  };
  const address = grpc ?? (port === 7_700 ? { host, port: 7_701 } : null);
  if (address === null) return [api];
  const advice = "Probes connect there: look at --grpc-listen, and at firewalls between.";
  return [api, { side: "aggregator" as const, what: "gRPC", address, advice }];
}

async function askMesh(client: ApiClient, { version }: { version: string }): Promise<Finding[]> {
  try {
    const limit = LIMITS.pageRowsMax;
    const [probes, mesh] = await Promise.all([
      client.probes.list({ limit }),
      client.probes.mesh({ limit: 1 }),
    ]);
    return [...checkProbes(probes.items, version), ...checkCanaries(mesh.canaries)];
  } catch (thrown) {
    return [findingsOf("mesh").fail("api", messageOf(thrown), "Look at the aggregator first.")];
  }
}

/** Whether the data file is whole; nothing when there is none here. */
async function checkStore(context: CliContext, data: string): Promise<Finding[]> {
  const { ok, fail } = findingsOf("here");
  if (!existsSync(join(data, "quorate.db"))) return [];
  const advice = "Stop the aggregator, keep a copy of the folder, and restore the last backup.";
  try {
    const archives = await context.archives();
    const { problems, schema, rows } = await archives.check(data);
    const count = Object.values(rows).reduce((sum, one) => sum + one, 0);
    if (problems.length === 0) return [ok("store", `Whole: schema ${schema}, ${count} rows.`)];
    return problems.map((problem) => fail("store", problem, advice));
  } catch (thrown) {
    if (/SQLITE_(?:BUSY|LOCKED)/.test(messageOf(thrown))) {
      const text =
        "In use by an aggregator that runs; `quorate check` reads it when it is stopped.";
      return [ok("store", text)];
    }
    return [fail("store", messageOf(thrown), advice)];
  }
}

const MARKS: Record<FindingLevel, string> = { ok: "●", warn: "▲", fail: "✖" };

function show(findings: readonly Finding[], printer: Printer): void {
  const { paint, clean } = printer;
  const width = printer.width() ?? Infinity;
  const paints = { ok: paint.green, warn: paint.yellow, fail: paint.red };
  let side = "";
  for (const finding of findings) {
    if (finding.side !== side)
      printer.line(paint.bold(`${side === "" ? "" : "\n"}${finding.side}`));
    side = finding.side;
    const cell: Cell = {
      text: `${MARKS[finding.level]} ${finding.level}`,
      paint: paints[finding.level],
    };
    const head = `  ${cell.paint(cell.text.padEnd(6))}  ${finding.check.padEnd(8)}  `;
    const texts = [...wrapText(clean(finding.text), width - INDENT)];
    const advice =
      finding.advice === "" ? [] : wrapText(`→ ${clean(finding.advice)}`, width - INDENT);
    const [first = "", ...more] = texts;
    printer.line(`${head}${first}`);
    for (const line of more) printer.line(" ".repeat(INDENT) + line);
    for (const line of advice) printer.line(" ".repeat(INDENT) + paint.dim(line));
  }
  const count = (level: FindingLevel): number =>
    findings.filter((finding) => finding.level === level).length;
  printer.line();
  printer.line(`${count("ok")} ok, ${count("warn")} warnings, ${count("fail")} failures`);
}

/** Columns before the text of a finding. */
const INDENT = 20;
