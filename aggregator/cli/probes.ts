/** `quorate probes`: the programs at the vantage points. */
import type { Command } from "commander";
import type { ApiPage } from "../../shared/api/common.ts";
import type { ApiProbe } from "../../shared/api/probe.ts";
import type { CliContext } from "./context.ts";
import { printMatrix } from "./matrix.ts";
import type { SortedOptions } from "../../shared/api/calls/queries.ts";
import { UsageError } from "./exit-codes.ts";
import { collectLabel, collectTexts, parseIntegerIn } from "./parse.ts";
import {
  addListVerb,
  addVerb,
  gather,
  openSession,
  printDone,
  printList,
  printRecord,
} from "./session.ts";
import type { ClientFlags, ListFlags, Session } from "./session.ts";
import { ago, dateTime, formatDuration, formatLabels, probeCell } from "./words.ts";

interface CreateFlags extends ClientFlags {
  region: string;
  zone: string;
  label?: Record<string, string>;
}

/** Adds `quorate probes`. */
export function addProbes(program: Command, context: CliContext): void {
  const probes = program.command("probes").description("probes: who looks, from where");
  addVerb(probes, "create <name>", "make a probe; prints its token, once, and how to start it")
    .requiredOption("--region <region>", "region it stands in")
    .requiredOption("--zone <zone>", "failure domain it shares with others: zone, rack, uplink")
    .option("--label <key=value>", "a label; may be given again", collectLabel)
    .action((name: string, flags: CreateFlags) => create(openSession(context, flags), name, flags));
  addListVerb(probes, "list", "list probes")
    .option("--label <key=value>", "only with this label; may be given again", collectTexts)
    .option("--labels <selector>", "only these, such as room=1,floor!=2")
    .option("--state <state>", "only in this state, such as quarantined")
    .option("--sort <field>", "order: name, region, zone, state, since, … or -name, …")
    .action(async (flags: ListFlags & SortedOptions) => {
      const session = openSession(context, flags);
      const { label, labels, state, sort } = flags;
      const page = await gather(flags.limit, (query) =>
        session.client.probes.list({ ...query, label, labels, state, sort }),
      );
      list(session, page, context.clock.wallMs());
    });
  addUpdate(probes, context);
  addVerb(probes, "get <probe>", "show one probe").action(
    async (probe: string, flags: ClientFlags) => {
      const session = openSession(context, flags);
      show(session, await session.client.probes.get(probe), context.clock.wallMs());
    },
  );
  addVerb(probes, "matrix", "show who reaches whom: every probe's canaries").action(
    (flags: ClientFlags) => printMatrix(openSession(context, flags)),
  );
  addVerb(probes, "drain <probe>", "let a probe leave gracefully").action(
    async (probe: string, flags: ClientFlags) => {
      const session = openSession(context, flags);
      const drained = await session.client.probes.drain(probe);
      printDone(session, `${drained.name} is draining: it gets no more checks.`, drained);
    },
  );
  addVerb(probes, "remove <probe>", "remove a probe and its token")
    .alias("delete")
    .action(async (probe: string, flags: ClientFlags) => {
      const session = openSession(context, flags);
      await session.client.probes.delete(probe);
      printDone(session, `${probe} is removed, and its token is void.`);
    });
}

interface UpdateFlags extends ClientFlags {
  name?: string;
  region?: string;
  zone?: string;
  label?: Record<string, string>;
  removeLabel?: string[];
  ifRevision?: number;
}

function addUpdate(probes: Command, context: CliContext): void {
  addVerb(probes, "update <probe>", "change what is given of a probe")
    .alias("patch")
    .option("--name <name>", "another name; not while targets select it by the one it has")
    .option("--region <region>", "region it stands in")
    .option("--zone <zone>", "failure domain it shares with others: zone, rack, uplink")
    .option("--label <key=value>", "a label; may be given again", collectLabel)
    .option("--remove-label <key>", "a label that goes; may be given again", collectTexts)
    .option(
      "--if-revision <n>",
      "only if this is still its revision",
      parseIntegerIn(1, Number.MAX_SAFE_INTEGER),
    )
    .action(async (probe: string, flags: UpdateFlags) => {
      const session = openSession(context, flags);
      const { name, region, zone, label, removeLabel = [], ifRevision } = flags;
      const gone = Object.fromEntries(removeLabel.map((key) => [key, null]));
      const labels = label || removeLabel.length > 0 ? { ...label, ...gone } : undefined;
      const given = Object.entries({ name, region, zone, labels });
      const patch = Object.fromEntries(given.filter(([, value]) => value !== undefined));
      if (Object.keys(patch).length === 0) {
        throw new UsageError("Expected at least one flag that says what to change.");
      }
      const changed = await session.client.probes.patch(probe, patch, { ifRevision });
      const place = `${changed.region}, zone ${changed.zone}`;
      printDone(
        session,
        `${changed.name} stands in ${place} (revision ${changed.revision}).`,
        changed,
      );
    });
}

async function create(session: Session, name: string, flags: CreateFlags): Promise<void> {
  const { printer } = session;
  const { region, zone, label } = flags;
  const created = await session.client.probes.create({ name, region, zone, labels: label ?? {} });
  if (session.json) return printer.json(created);
  const { probe, token, join } = created;
  printer.line(`${probe.name} in ${probe.region}, zone ${probe.zone} (${probe.id})`);
  printer.line(`token  ${printer.clean(token)}`);
  printer.line(`start  ${printer.clean(join)}`);
  printer.note("The token is shown this once: keep it in a file with mode 0600.");
}

function list(session: Session, page: ApiPage<ApiProbe>, nowMs: number): void {
  const { paint } = session.printer;
  printList(session, {
    page,
    empty:
      "There are no probes yet: " +
      `${session.command} probes create NAME --region REGION --zone ZONE`,
    columns: [
      { header: "PROBE", widthMin: 16 },
      { header: "REGION", drop: 1 },
      { header: "ZONE" },
      { header: "STATE" },
      { header: "FOR", align: "right" },
      { header: "HEARTBEAT", drop: 2, align: "right" },
      { header: "LAG", drop: 4, align: "right" },
      { header: "CPU", drop: 3, align: "right" },
      { header: "MEMORY", drop: 5, align: "right" },
      { header: "LOAD", drop: 6, align: "right" },
      { header: "WHY", widthMin: 12, widthMax: 200 },
    ],
    row: ({ name, region, zone, status }) => [
      name,
      region,
      zone,
      probeCell(status.state, paint),
      ago(status.since, nowMs),
      ago(status.lastHeartbeatAt, nowMs),
      ...vitalCells(status),
      status.reason,
    ],
  });
}

function show(session: Session, probe: ApiProbe, nowMs: number): void {
  const { status } = probe;
  const canaries = status.canaries.map(({ id, ok }) => `${id} ${ok ? "passes" : "fails"}`);
  printRecord(session, probe, [
    ["name", probe.name],
    ["id", probe.id],
    ["region", probe.region],
    ["zone", probe.zone],
    ["labels", formatLabels(probe.labels)],
    ["state", probeCell(status.state, session.printer.paint)],
    ["for", ago(status.since, nowMs)],
    ["why", status.reason],
    ["connected", status.connected ? "yes" : "no"],
    ["version", status.version ?? "-"],
    ["host", status.hostname ?? "-"],
    ["kinds", status.kinds.join(" ")],
    ["heartbeat", `${ago(status.lastHeartbeatAt, nowMs)} ago`],
    ["canaries", canaries.join(", ")],
    ["must-fail canary", mustFailText(status.mustFailHeld)],
    ...vitalPairs(status),
    ["last outage", outageText(status.lastOutage, nowMs)],
    ["running checks", String(status.runningChecks ?? "-")],
    ["overloaded", overloadText(status.skippedChecks)],
    ["spooled batches", String(status.spooledBatches ?? "-")],
    ["dropped batches", String(status.droppedBatches ?? "-")],
    ["created", dateTime(probe.createdAt)],
  ]);
}

type Status = ApiProbe["status"];

/** Lag, CPU, memory and load, each a dash before the first heartbeat. */
function vitalCells({ eventLoopLagMs, cpuMilli, rssBytes, loadMilli }: Status): string[] {
  return [
    eventLoopLagMs === null ? "-" : formatDuration(eventLoopLagMs),
    cpuMilli === null ? "-" : `${(cpuMilli / 10).toFixed(1)}%`,
    rssBytes === null ? "-" : `${Math.round(rssBytes / 1_048_576)} MiB`,
    loadMilli === null ? "-" : (loadMilli / 1_000).toFixed(2),
  ];
}

function vitalPairs(status: Status): [string, string][] {
  const [lag = "-", cpu = "-", memory = "-", load = "-"] = vitalCells(status);
  const pairs: [string, string][] = [["event loop lag", lag]];
  return [...pairs, ["CPU", `${cpu} of a core`], ["memory", memory], ["load of its host", load]];
}

function outageText(outage: Status["lastOutage"], nowMs: number): string {
  if (outage === null) return "-";
  return `${ago(outage.endedAt, nowMs)} ago. ${outage.sentence} It began so: ${outage.why}`;
}

function overloadText(skippedChecks: number | null): string {
  if (skippedChecks === null) return "-";
  return skippedChecks === 0 ? "no" : `yes: ${skippedChecks} checks could not start in time`;
}

function mustFailText(held: boolean | null): string {
  if (held === null) return "-";
  return held ? "fails, as it must" : "succeeded: something answers for everybody";
}
