/** The tcp kind: connects, and speaks a script of texts and bytes if there is one. */
import type { Socket } from "node:net";
import { z } from "zod";
import { LIMITS } from "../../shared/limits.ts";
import type { CheckKind, PreparedCheck } from "./check.ts";
import { openConnection, upgradeToTls } from "./connect.ts";
import type { Connection, ConnectionHandlers, Destination } from "./connection.ts";
import { abortOf, startLook, whereOf } from "./look.ts";
import type { Look } from "./look.ts";
import { commonOptions, hostSchema, portSchema, tlsSchema } from "./options.ts";
import { hostPort } from "./sentence.ts";
import { secretForms } from "./secrets.ts";
import { TCP_EXAMPLES } from "./tcp-examples.ts";
import { scriptSecrets, scriptText } from "./script-text.ts";
import { compileScript, createReceived } from "./tcp-script.ts";
import type { ExpectStep, Step } from "./tcp-script.ts";
import { planTls } from "./tls.ts";
import type { TlsPlan } from "./tls.ts";

const lineSchema = z
  .strictObject({
    send: scriptText
      .optional()
      .describe('Text, or "hex:" and bytes. {{name}} stands for a secret. "text:" ends prefixes.'),
    expect: scriptText
      .optional()
      .describe('Text, "hex:" and bytes, or "regex:" and a pattern, found anywhere in the reply.'),
    startTls: z
      .literal(true)
      .optional()
      .describe("Behind `send` and `expect` of this line, TLS begins, as the option `tls` says."),
  })
  .refine((line) => Object.keys(line).length > 0, {
    error: "expected `send`, `expect` or `startTls`",
  });

const tcpSchema = z
  .strictObject({
    host: hostSchema.describe("Host name or IP address to connect to."),
    port: portSchema,
    script: z
      .array(lineSchema)
      .max(50)
      .default([])
      .describe("What is sent and expected, in order. Default: connecting is enough."),
    secrets: scriptSecrets,
    tls: tlsSchema
      .optional()
      .describe("Present: TLS is spoken, from the start unless the script has a startTls."),
    ...commonOptions,
  })
  .refine((options) => options.script.filter((line) => line.startTls).length <= 1, {
    error: "expected at most one startTls",
    path: ["script"],
  })
  .meta({ id: "TcpOptions", description: "Options of the tcp check." });

/** The tcp kind. */
export const tcpKind: CheckKind<typeof tcpSchema> = {
  kind: "tcp",
  summary: "Connects, and sends and expects texts or bytes in order if there is a script.",
  examples: TCP_EXAMPLES,
  schema: tcpSchema,
  secretOptions: ["secrets", "tls.key"],
  prepare: prepareTcp,
};

function prepareTcp(options: z.output<typeof tcpSchema>): PreparedCheck {
  const { host, port, family, resolver, sourceAddress, latencyLimitMs } = options;
  const upgrades = options.script.some((line) => line.startTls);
  const plan = planTls(options.tls ?? tlsSchema.parse({}));
  const tls = options.tls === undefined || upgrades ? undefined : plan;
  const destination: Destination = { host, port, family, resolver, sourceAddress, tls };
  const steps = compileScript(options.script, options.secrets);
  const secrets = secretForms(Object.values(options.secrets));
  return {
    endpoint: `${tls === undefined ? "tcp" : "tls"}://${hostPort(host, port)}`,
    run(context, done) {
      const look = startLook({ context, done, secrets, latencyLimitMs });
      const talk = createTalk(look, steps, plan);
      look.progress = talk.progress;
      openConnection(look, destination, talk);
      return abortOf(look);
    },
  };
}

/** A script being spoken on one connection. */
interface Talk extends ConnectionHandlers {
  data(bytes: Buffer): void;
  progress(): string;
}

function createTalk(look: Look, steps: readonly Step[], plan: TlsPlan): Talk {
  const received = createReceived();
  let at = 0;
  let open: { socket: Socket; connection: Connection } | undefined;

  /** Does steps until one must wait for bytes, or for TLS; passes at the end of the script. */
  const advance = (socket: Socket, connection: Connection): void => {
    for (; at < steps.length; at += 1) {
      const step = steps[at];
      if (step === undefined) break;
      if ("send" in step) {
        received.drop(received.bytes().length);
        socket.write(step.send);
        continue;
      }
      if ("startTls" in step) {
        if (!mayStartTls(look, received.bytes())) return;
        at += 1;
        return upgradeToTls(connection, { socket, tls: plan, handlers: talk });
      }
      const found = step.find(received.bytes());
      if ("tooLong" in found) {
        const detail = `Expecting ${step.shown} took longer than ${LIMITS.expressionMsMax} ms.`;
        return look.fail("misconfigured", detail);
      }
      if (found.value < 0) return;
      received.drop(found.value);
    }
    look.pass();
  };
  const waitingFor = (): ExpectStep | undefined => expectOf(steps[at]);
  const got = (): string => {
    const bytes = received.bytes();
    return bytes.length === 0 ? "nothing" : look.quote(bytes.toString("latin1"));
  };
  const talk: Talk = {
    open(socket, connection) {
      open = { socket, connection };
      received.drop(received.bytes().length);
      advance(socket, connection);
    },
    data(bytes) {
      if (!received.add(bytes)) {
        const limit = LIMITS.checkReplyBytesMax;
        const shown = waitingFor()?.shown ?? "nothing";
        const detail = `${whereOf(look)} sent more than ${limit} bytes without ${shown}.`;
        return look.fail("expect_mismatch", detail);
      }
      if (open !== undefined) advance(open.socket, open.connection);
    },
    closed() {
      const shown = waitingFor()?.shown ?? "the end of the script";
      const detail = `${whereOf(look)} closed the connection before ${shown}, after ${got()}.`;
      const spoke = received.bytes().length > 0;
      look.fail(spoke ? "expect_mismatch" : "connection_closed", detail);
    },
    progress: () => `: expected ${waitingFor()?.shown ?? "nothing more"}, got ${got()}`,
  };
  return talk;
}

const expectOf = (step: Step | undefined): ExpectStep | undefined =>
  step !== undefined && "find" in step ? step : undefined;

/** TLS begins behind the line that was expected; what follows it was put there by a stranger. */
function mayStartTls(look: Look, rest: Buffer): boolean {
  const lineEnd = rest.indexOf("\n");
  if (rest.length === 0 || lineEnd === rest.length - 1) return true;
  if (lineEnd < 0) return false;
  // RFC 3207 section 6 forbids this, and CVE-2011-0411 shows why.
  const early = look.quote(rest.toString("latin1", lineEnd + 1), 40);
  look.fail("protocol_error", `${whereOf(look)} sent ${early} before TLS began.`);
  return false;
}
