/** `quorate aggregator` and `quorate probe`: their flags; the programs live elsewhere. */
import { Option } from "commander";
import type { Command } from "commander";
import { LIMITS } from "../../shared/limits.ts";
import { LOG_LEVELS } from "../../shared/log.ts";
import { addAccessFlags, withAccess } from "./access-flags.ts";
import type { RawAccessFlags } from "./access-flags.ts";
import type { CliContext } from "./context.ts";
import { UsageError } from "./exit-codes.ts";
import { readSecretFile } from "./files.ts";
import { collectCanary, durationOption, listenOption, parseAdvertised } from "./parse.ts";
import { parseIntegerIn, parsePublic } from "./parse.ts";
import { collectCommand } from "./parse-command.ts";
import type { AggregatorFlags, RawAggregatorFlags, RawProbeFlags } from "./program-flags.ts";

const logLevel = (): Option =>
  new Option("--log-level <level>", "least urgent level that is logged")
    .choices(LOG_LEVELS)
    .default("info");

/** Adds `quorate aggregator` and `quorate probe`. */
export function addPrograms(
  program: Command,
  context: CliContext,
  setExitCode: (code: number) => void,
): void {
  addAggregator(program, context, setExitCode);
  addProbe(program, context, setExitCode);
}

function addAggregator(
  program: Command,
  context: CliContext,
  setExitCode: (code: number) => void,
): void {
  const command = program
    .command("aggregator")
    .description("the program that decides")
    .option("--data <dir>", "folder of everything durable", "./.quorate")
    .addOption(listenOption("--listen <host:port>", "where HTTP listens", "127.0.0.1:7700"))
    .addOption(listenOption("--grpc-listen <host:port>", "where probes connect", "127.0.0.1:7701"))
    .option("--tls-cert <file>", "certificate chain of both ports, PEM")
    .option("--tls-key <file>", "private key of the certificate, PEM")
    .option("--insecure", "allow gRPC without TLS on an address that is not loopback", false)
    .addOption(
      durationOption("--keep-log <duration>", "how far back replays reach; 0s: none", "30d"),
    )
    .addOption(
      listenOption("--agent-listen <host:port>", "where HAProxy's agent checks ask (default: off)"),
    )
    .option("--dead-man <url>", "outside URL to GET while the mesh watches (default: none)")
    .addOption(durationOption("--dead-man-every <duration>", "time between two of them", "1m"))
    .option("--public-url <url>", "where people reach the API, for links in messages", parsePublic)
    .option("--public-verdicts", "let anybody read /verdict and /badge, without a token")
    .option("--allow-exec-channels", "let channels of kind exec run commands on this machine")
    .option(
      "--heartbeat-ms <n>",
      "time between heartbeats of a probe",
      parseIntegerIn(100, 60_000),
      5_000,
    )
    .option(
      "--canary <[region:]id=url>",
      "reference endpoint of the probes (of a region); may be given again",
      collectCanary,
    )
    .option(
      "--advertise <url>",
      "address that probes use as the canary of this aggregator (default: what they dialled)",
      parseAdvertised,
    )
    .addOption(listenOption("--must-fail <host:port>", "address that nothing may answer to probes"))
    .option("--config <file>", "keep what this file says: now, on SIGHUP, and when it changes")
    .addOption(logLevel());
  addAccessFlags(command).action(async (flags: RawAggregatorFlags & RawAccessFlags) => {
    setExitCode(await context.programs.aggregator(aggregatorFlags(context, flags)));
  });
}

/** What the flags say together with the settings. */
function aggregatorFlags(
  context: CliContext,
  { deadMan, ...flags }: RawAggregatorFlags & RawAccessFlags,
): AggregatorFlags {
  if ((flags.tlsCert === undefined) !== (flags.tlsKey === undefined)) {
    throw new UsageError("Expected --tls-cert and --tls-key together; found only one of them.");
  }
  const { targets } = context.settings;
  const listed = targets ? { targets } : {};
  const told = deadMan === undefined ? {} : { deadMan: parseDeadMan(deadMan, flags) };
  const { config: file } = flags;
  const configure = file === undefined ? {} : { configure: keeperOf(file, context) };
  return { ...withAccess(flags), ...listed, ...told, ...configure };
}

/** Loaded by those alone who have such a file. */
function keeperOf(file: string, context: CliContext): NonNullable<AggregatorFlags["configure"]> {
  return async (door) => {
    const { configureFrom } = await import("./configure.ts");
    return configureFrom({ ...context, file })(door);
  };
}

/** Read here and not by commander, whose sentence would show the URL. */
function parseDeadMan(text: string, { deadManEvery }: Pick<RawAggregatorFlags, "deadManEvery">) {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new UsageError("Expected an http or https URL in --dead-man.");
  }
  if (deadManEvery < 1_000 || deadManEvery > 86_400_000) {
    throw new UsageError("Expected 1s to 1d in --dead-man-every.");
  }
  return url;
}

function addProbe(
  program: Command,
  context: CliContext,
  setExitCode: (code: number) => void,
): void {
  program
    .command("probe")
    .description("the program at a vantage point")
    .addOption(listenOption("--aggregator <host:port>", "gRPC address").makeOptionMandatory(true))
    .option("--token-file <file>", "file with the probe's token; else QUORATE_PROBE_TOKEN")
    .option("--data <dir>", "folder of its own for the spool", "./.quorate-probe")
    .option("--ca <file>", "certificate authority of the aggregator, PEM")
    .option("--insecure", "allow gRPC without TLS to an address that is not loopback", false)
    .option("--secrets <file>", "secrets of checks, YAML; else QUORATE_SECRET_<NAME>")
    .option("--source-address <ip>", "local address that checks connect from")
    .addOption(
      listenOption(
        "--health-listen <host:port>",
        "where it answers its peers (default: a free port)",
      ),
    )
    .option("--no-health", "answer no peers")
    .addOption(listenOption("--must-fail <host:port>", "address that nothing may answer"))
    .option("--known-good-name <name>", "name that is asked of a resolver that failed")
    .addOption(
      new Option(
        "--allow-exec <name=command>",
        "a command that exec checks may run; may be given again",
      ).argParser(collectCommand),
    )
    .option(
      "--workers <n>",
      "processes that run the checks; 0: its own",
      parseIntegerIn(0, LIMITS.workersMax),
      0,
    )
    .addOption(
      listenOption("--serve-health <host:port>", "serve its own view of its targets: gRPC health"),
    )
    .addOption(logLevel())
    .action(async (raw: RawProbeFlags) => {
      const { tokenFile, health, healthListen, ...rest } = raw;
      const token = tokenFile ? readSecretFile(tokenFile) : context.settings.probeToken;
      if (token === null) {
        throw new UsageError("Expected a token: give --token-file or set QUORATE_PROBE_TOKEN.");
      }
      const stopSignal = context.stopSignal();
      const listen = health ? healthListen : null;
      setExitCode(
        await context.programs.probe({ ...rest, token, healthListen: listen, stopSignal }),
      );
    });
}
