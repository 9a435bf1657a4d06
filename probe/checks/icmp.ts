/** The icmp kind: echo requests by the system's ping, counted as the replies come in. */
import { isIP } from "node:net";
import { z } from "zod";
import type { AbortCheck, CheckKind, CheckSite, PreparedCheck } from "./check.ts";
import { runChild } from "./child.ts";
import type { ChildEnd, ChildStart } from "./child.ts";
import { connectFailure } from "./failure.ts";
import { createPingReader } from "./icmp-replies.ts";
import type { PingReader } from "./icmp-replies.ts";
import { abortOf, startLook } from "./look.ts";
import type { Look } from "./look.ts";
import { commonOptions, hostSchema } from "./options.ts";
import { resolveAddress } from "./resolve.ts";
import { milliseconds, quoted } from "./sentence.ts";

const { family, resolver, sourceAddress } = commonOptions;

const icmpSchema = z
  .strictObject({
    host: hostSchema.describe("Host name or IP address to send echo requests to."),
    count: z
      .int()
      .min(1)
      .max(20)
      .default(3)
      .describe("Echo requests of one look, 1 to 20. Default 3. All must fit into the deadline."),
    gapMs: z
      .int()
      .min(200)
      .max(5_000)
      .default(200)
      .describe("Time between two echo requests, milliseconds, 200 to 5000. Default 200."),
    bytes: z
      .int()
      .min(16)
      .max(1_400)
      .default(56)
      .describe("Bytes that each request carries, 16 to 1400. Default 56."),
    lossPercentMax: z
      .number()
      .min(0)
      .max(99)
      .default(50)
      .describe("Largest share of requests without a reply, percent, 0 to 99. Default 50."),
    averageMsMax: z
      .number()
      .min(0.001)
      .max(60_000)
      .optional()
      .describe("Largest average round trip, milliseconds, 0.001 to 60000. Default: any."),
    family,
    resolver,
    sourceAddress,
  })
  .meta({ id: "IcmpOptions", description: "Options of the icmp check." });

type IcmpOptions = z.output<typeof icmpSchema>;

/** The icmp kind. */
export const icmpKind: CheckKind<typeof icmpSchema> = {
  kind: "icmp",
  summary: "Sends ICMP echo requests by the system's ping, and looks at loss and round trip.",
  schema: icmpSchema,
  secretOptions: [],
  examples: [
    { title: "It answers", options: { host: "router.example.com" } },
    {
      title: "Loss and round trip have limits",
      options: { host: "192.0.2.1", count: 10, lossPercentMax: 10, averageMsMax: 80 },
    },
  ],
  prepare: prepareIcmp,
};

function prepareIcmp(options: IcmpOptions, site?: CheckSite): PreparedCheck {
  const program = site?.ping ?? "ping";
  return {
    endpoint: `icmp://${options.host}`,
    run(context, done) {
      const look = startLook({ context, done, secrets: [], latencyLimitMs: undefined });
      const reader = createPingReader();
      look.host = options.host;
      resolveAddress(look, options, () => ping(look, { program, options, reader }));
      return abortPing(look, options, reader);
    },
  };
}

interface Ping {
  program: string;
  options: IcmpOptions;
  reader: PingReader;
}

function ping(look: Look, { program, options, reader }: Ping): void {
  const source = look.sourceAddress;
  if (source !== undefined && isIP(source) === 0) {
    return look.fail("internal", `The source address ${quoted(source)} is no address.`);
  }
  look.phase = "connecting";
  const args = [...argsOf(options), ...(source === undefined ? [] : ["-I", source])];
  const plan = { program, args: [...args, look.address], said: reader.take };
  runChild(look, plan, (end) => {
    if ("notStarted" in end) return notStarted(look, end);
    judge(look, { options, reader, end });
  });
}

/** Options that ping of iputils and that of busybox both know. With -w it would send more. */
function argsOf({ count, gapMs, bytes }: IcmpOptions): string[] {
  return ["-n", "-c", String(count), "-i", String(gapMs / 1_000), "-s", String(bytes)];
}

function abortPing(look: Look, options: IcmpOptions, reader: PingReader): AbortCheck {
  const abort = abortOf(look);
  return (why) => {
    if (why === "stopping" || look.ended() || look.phase === "resolving") return abort(why);
    judge(look, { options, reader, end: undefined });
  };
}

function notStarted(look: Look, { notStarted: code }: ChildStart): void {
  if (code === "ENOENT" || code === "EACCES") {
    const hint = "install it (apt-get install iputils-ping, apk add iputils-ping)";
    return look.fail("unsupported", `This probe's machine has no ping; ${hint}.`);
  }
  const failure = connectFailure({ code }, "ping");
  look.fail(failure.reason, failure.detail);
}

interface Seen {
  options: IcmpOptions;
  reader: PingReader;
  /** Undefined: the deadline came first. */
  end: ChildEnd | undefined;
}

function judge(look: Look, { options, reader, end }: Seen): void {
  const { host, lossPercentMax, averageMsMax } = options;
  // At the deadline, only what was sent by then can be lost.
  const sent = 1 + Math.floor(look.elapsedMs() / options.gapMs);
  const count = end === undefined ? Math.min(options.count, sent) : options.count;
  const where = look.address === host ? host : `${host} (${look.address})`;
  const { replies, averageMs, problem } = reader.sum();
  if (replies === 0) return nothingCame(look, where, { problem, end, count });
  const lossPercent = Math.round((1_000 * Math.max(0, count - replies)) / count) / 10;
  look.phases.firstByteUs = Math.round(averageMs * 1_000);
  look.facts["lossPercent"] = lossPercent;
  look.facts["averageMs"] = Math.round(averageMs * 1_000) / 1_000;
  if (lossPercent > lossPercentMax) {
    const lost = `${count - replies} of ${count} echo requests to ${where} have no reply`;
    return look.fail("packet_loss", `${lost}; at most ${lossPercentMax} percent may be lost.`);
  }
  if (averageMsMax !== undefined && averageMs > averageMsMax) {
    const took = `Echo replies of ${where} took ${averageMs.toFixed(1)} ms on average`;
    return look.fail("latency_limit", `${took}; the limit is ${averageMsMax} ms.`);
  }
  look.pass();
}

interface Silence {
  problem: string;
  end: ChildEnd | undefined;
  count: number;
}

function nothingCame(look: Look, where: string, { problem, end, count }: Silence): void {
  const local = end?.errors ?? "";
  if (/not permitted|permission denied|lacking privilege/i.test(local)) {
    const hint = "allow it (setcap cap_net_raw+ep, or sysctl net.ipv4.ping_group_range)";
    return look.fail("not_permitted", `This probe may not send echo requests; ${hint}.`);
  }
  if (/(?:connect|bind|sendmsg|sendto|socket)[^\n]*:|invalid argument|unknown iface/i.test(local)) {
    const why = quoted(local.trim().split("\n")[0] ?? "");
    return look.fail("local_network", `This probe has no way to ${where}: ping says ${why}.`);
  }
  if (end !== undefined && problem === "" && end.code !== 0 && end.code !== 1) {
    const why = quoted(local.trim());
    return look.fail("unsupported", `The ping of this probe's machine does not work: ${why}.`);
  }
  if (problem !== "") {
    return look.fail("host_unreachable", `No way to ${where}, says a router: ${quoted(problem)}.`);
  }
  const within = end === undefined ? ` within ${milliseconds(look.context.timeoutMs)}` : "";
  look.fail("no_reply", `${where} answered none of ${count} echo requests${within}.`);
}
