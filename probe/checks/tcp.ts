/** The tcp kind: connects, and speaks a script of texts and bytes if there is one. */
import type { Socket } from "node:net";
import { z } from "zod";
import { LIMITS } from "../../shared/limits.ts";
import type { CheckKind, PreparedCheck } from "./check.ts";
import { openConnection } from "./connect.ts";
import type { Destination } from "./connect.ts";
import { abortOf, startLook, whereOf } from "./look.ts";
import type { Look } from "./look.ts";
import { commonOptions, hostSchema, portSchema, tlsSchema } from "./options.ts";
import { hostPort } from "./sentence.ts";
import { secretForms } from "./secrets.ts";
import { compileScript, createReceived, scriptFlaw } from "./tcp-script.ts";
import type { ExpectStep, Step } from "./tcp-script.ts";
import { planTls } from "./tls.ts";

const scriptText = z
  .string()
  .min(1)
  .max(8_192)
  .superRefine((text, context) => {
    const flaw = scriptFlaw(text);
    if (flaw !== undefined) context.addIssue({ code: "custom", message: flaw });
  });

const lineSchema = z
  .strictObject({
    send: scriptText
      .optional()
      .describe('Text, or "hex:" and bytes. {{name}} stands for a secret. "text:" ends prefixes.'),
    expect: scriptText
      .optional()
      .describe('Text, "hex:" and bytes, or "regex:" and a pattern, found anywhere in the reply.'),
  })
  .refine((line) => line.send !== undefined || line.expect !== undefined, {
    error: "expected `send`, `expect` or both",
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
    secrets: z
      .record(z.string().regex(/^[A-Za-z0-9_-]{1,40}$/), z.string().min(1).max(4_096))
      .default({})
      .describe("Secret texts that `send` names as {{name}}."),
    tls: tlsSchema.optional().describe("Present: TLS is spoken from the start. `{}` is enough."),
    ...commonOptions,
  })
  .meta({ id: "TcpOptions", description: "Options of the tcp check." });

/** The tcp kind. */
export const tcpKind: CheckKind<typeof tcpSchema> = {
  kind: "tcp",
  summary: "Connects, and sends and expects texts or bytes in order if there is a script.",
  schema: tcpSchema,
  secretOptions: ["secrets", "tls.key"],
  prepare: prepareTcp,
};

function prepareTcp(options: z.output<typeof tcpSchema>): PreparedCheck {
  const { host, port, family, resolver, sourceAddress, latencyLimitMs } = options;
  const tls = options.tls === undefined ? undefined : planTls(options.tls);
  const destination: Destination = { host, port, family, resolver, sourceAddress, tls };
  const steps = compileScript(options.script, options.secrets);
  const secrets = secretForms(Object.values(options.secrets));
  return {
    endpoint: `${tls === undefined ? "tcp" : "tls"}://${hostPort(host, port)}`,
    run(context, done) {
      const look = startLook({ context, done, secrets, latencyLimitMs });
      const talk = createTalk(look, steps);
      look.progress = talk.progress;
      openConnection(look, destination, talk);
      return abortOf(look);
    },
  };
}

/** A script being spoken on one connection. */
interface Talk {
  open(socket: Socket): void;
  data(bytes: Buffer): void;
  closed(): void;
  progress(): string;
}

function createTalk(look: Look, steps: readonly Step[]): Talk {
  const received = createReceived();
  let at = 0;
  let connection: Socket | undefined;

  /** Does steps until one must wait for bytes; true at the end of the script. */
  const advance = (socket: Socket): void => {
    for (; at < steps.length; at += 1) {
      const step = steps[at];
      if (step === undefined) break;
      if ("send" in step) {
        received.drop(received.bytes().length);
        socket.write(step.send);
        continue;
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
  const waitingFor = (): ExpectStep | undefined => {
    const step = steps[at];
    return step === undefined || "send" in step ? undefined : step;
  };
  const got = (): string => {
    const bytes = received.bytes();
    return bytes.length === 0 ? "nothing" : look.quote(bytes.toString("latin1"));
  };
  return {
    open(socket) {
      connection = socket;
      advance(socket);
    },
    data(bytes) {
      if (!received.add(bytes)) {
        const limit = LIMITS.checkReplyBytesMax;
        const shown = waitingFor()?.shown ?? "nothing";
        const detail = `${whereOf(look)} sent more than ${limit} bytes without ${shown}.`;
        return look.fail("expect_mismatch", detail);
      }
      if (connection !== undefined) advance(connection);
    },
    closed() {
      const shown = waitingFor()?.shown ?? "the end of the script";
      const detail = `${whereOf(look)} closed the connection before ${shown}, after ${got()}.`;
      const spoke = received.bytes().length > 0;
      look.fail(spoke ? "expect_mismatch" : "connection_closed", detail);
    },
    progress: () => `: expected ${waitingFor()?.shown ?? "nothing more"}, got ${got()}`,
  };
}
