/** The flags that describe a target, and the request body made of them. */
import { Option } from "commander";
import type { Command } from "commander";
import { ADDRESS_FORMS, looksLikeAddress, nameOfCheck } from "../../shared/target-address.ts";
import { readAddress } from "../../shared/target-address.ts";
import type { AddressedCheck } from "../../shared/target-address.ts";
import { POLICY_RULES } from "../../shared/target.ts";
import type { CliContext } from "./context.ts";
import { UsageError } from "./exit-codes.ts";
import { readTextFile } from "./files.ts";
import { collectLabel, collectOption, durationOption, parseIntegerIn, parseList } from "./parse.ts";
import type { ClientFlags } from "./session.ts";

/** Flags of `targets create`, `put` and `patch`. */
export interface SpecFlags extends ClientFlags {
  file?: string;
  kind?: string;
  url?: string;
  option?: Record<string, unknown>;
  interval?: number;
  timeout?: number;
  fall?: number;
  rise?: number;
  label?: Record<string, string>;
  probes?: string[];
  regions?: string[];
  zones?: string[];
  ownZone?: string;
  playbookUrl?: string;
  parents?: string[];
  rule?: string;
  k?: number;
  healthyPercent?: number;
  degradedLatency?: number;
  minDomains?: number;
  coverage?: number;
  minRegions?: number;
  downOn?: string;
  enabled?: boolean;
}

/** Adds the flags that describe a target. */
export function addSpecFlags(verb: Command): Command {
  return verb
    .option("--file <file>", "JSON of the target, - for standard input; flags win over it")
    .option("--kind <kind>", "kind of check, such as http or dns (default http with --url)")
    .option("--url <url>", "what an http check asks; short for --option url=…")
    .option("--option <key=value>", "an option of the kind, value in JSON", collectOption)
    .addOption(durationOption("--interval <duration>", "time between checks of one vantage"))
    .addOption(durationOption("--timeout <duration>", "deadline of one attempt"))
    .option("--fall <n>", "failures in a row that confirm a failure", parseIntegerIn(1, 10))
    .option("--rise <n>", "successes in a row that confirm a recovery", parseIntegerIn(1, 10))
    .option("--label <key=value>", "a label; may be given again", collectLabel)
    .option("--probes <names>", "only these probes look", parseList)
    .option("--regions <names>", "only probes in these regions look", parseList)
    .option("--zones <names>", "only probes in these zones look", parseList)
    .option("--own-zone <zone>", "the target's own failure domain: no witness for itself")
    .option("--playbook-url <url>", "link that every message carries")
    .option("--parents <names>", "targets that this one depends on", parseList)
    .addOption(durationOption("--degraded-latency <duration>", "p95 above which it is degraded"))
    .addOption(new Option("--rule <rule>", "how votes call it bad").choices(POLICY_RULES))
    .option("--k <n>", "for k-of-n: failing domains that are enough", parseIntegerIn(1, 100))
    .option("--healthy-percent <n>", "for healthy-percent: share to exceed", Number)
    .option("--min-domains <n>", "failure domains that must fail", parseIntegerIn(1, 100))
    .option("--coverage <share>", "share of the domains that must fail, 0 to 1", Number)
    .option("--min-regions <n>", "regions the failing must span", parseIntegerIn(1, 100))
    .addOption(
      new Option("--down-on <what>", "what counts as down").choices(["failing", "unreachable"]),
    )
    .option("--enabled", "check it")
    .option("--no-enabled", "keep it, but do not check it");
}

/** What the words behind a verb say: a name, a check in short form, or both. */
export interface TargetWords {
  name: string;
  check: AddressedCheck | undefined;
}

/** Reads `NAME`, `NAME ADDRESS` or `ADDRESS`; an address alone is named after what it looks at. */
export function readTargetWords(first: string, second: string | undefined): TargetWords {
  if (second === undefined && !looksLikeAddress(first)) return { name: first, check: undefined };
  const check = readAddress(second ?? first);
  if (typeof check === "string") {
    const forms = ADDRESS_FORMS.join(", ");
    throw new UsageError(`Expected the address of a check: ${check}. It is one of ${forms}.`);
  }
  const name = second === undefined ? nameOfCheck(check) : first;
  if (name === undefined) throw new UsageError("Expected a name before the address of a push.");
  return { name, check };
}

/** The body that flags, file and short form describe; only what was given stands in it. */
export async function specOf(
  flags: SpecFlags,
  context: Pick<CliContext, "readStdin">,
  check?: AddressedCheck,
): Promise<Record<string, unknown>> {
  const base = flags.file === undefined ? {} : await readSpecFile(flags.file, context);
  const options = {
    ...objectOf(base["options"]),
    ...check?.options,
    ...(flags.url === undefined ? {} : { url: flags.url }),
    ...flags.option,
  };
  const vantages = given({ probes: flags.probes, regions: flags.regions, zones: flags.zones });
  const policy = given({
    rule: flags.rule,
    k: flags.k,
    healthyPercent: flags.healthyPercent,
    minDomains: flags.minDomains,
    coverage: flags.coverage,
    minRegions: flags.minRegions,
    downOn: flags.downOn,
  });
  const fields = given({
    kind: flags.kind ?? check?.kind ?? kindOfUrl(flags, base),
    intervalMs: flags.interval,
    timeoutMs: flags.timeout,
    fall: flags.fall,
    rise: flags.rise,
    labels: flags.label && { ...objectOf(base["labels"]), ...flags.label },
    vantages: merged(base["vantages"], vantages),
    zone: flags.ownZone,
    degradedLatencyMs: flags.degradedLatency,
    playbookUrl: flags.playbookUrl,
    parents: flags.parents,
    policy: merged(base["policy"], policy),
    enabled: flags.enabled,
    options: Object.keys(options).length === 0 ? undefined : options,
  });
  return { ...base, ...fields };
}

function kindOfUrl({ url }: SpecFlags, base: Record<string, unknown>): string | undefined {
  return url !== undefined && !base["kind"] ? "http" : undefined;
}

/** The fields of a record that are not undefined. */
function given(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function merged(base: unknown, fields: Record<string, unknown>): unknown {
  return Object.keys(fields).length === 0 ? undefined : { ...objectOf(base), ...fields };
}

/** An object as a record; an empty one for anything else, which the API will refuse by itself. */
function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

/** Reads JSON that must be an object from a file, or from standard input for `-`. */
export async function readSpecFile(
  file: string,
  context: Pick<CliContext, "readStdin">,
): Promise<Record<string, unknown>> {
  const where = file === "-" ? "standard input" : file;
  const text = file === "-" ? await context.readStdin() : readTextFile(file);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    throw new UsageError(`Expected JSON in ${where}: ${String(thrown)}.`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UsageError(`Expected a JSON object in ${where}, such as {"kind":"http",…}.`);
  }
  return { ...value };
}
