/** The redis kind: signs in, asks PING, and looks at the role if one is expected. */
import type { Socket } from "node:net";
import { z } from "zod";
import type { CheckKind, PreparedCheck } from "./check.ts";
import { openConnection } from "./connect.ts";
import type { Destination } from "./connection.ts";
import { hold } from "./conversation.ts";
import type { Conversation } from "./conversation.ts";
import { abortOf, startLook, whereOf } from "./look.ts";
import type { Look } from "./look.ts";
import { commonOptions, hostSchema, portSchema, tlsSchema } from "./options.ts";
import { encodeCommand, parseReply } from "./resp.ts";
import type { Reply } from "./resp.ts";
import { secretForms } from "./secrets.ts";
import { hostPort } from "./sentence.ts";
import { planTls } from "./tls.ts";

const redisSchema = z
  .strictObject({
    host: hostSchema.describe("Host name or IP address to connect to."),
    port: portSchema.default(6_379).describe("TCP port, 1 to 65535. Default 6379."),
    user: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe("User of the ACL. Default: none is named, and Redis takes `default`."),
    password: z
      .string()
      .min(1)
      .max(1_000)
      .optional()
      .describe("Secret, sent with AUTH. Default: nobody signs in."),
    role: z
      .enum(["any", "primary", "replica", "sentinel"])
      .default("any")
      .describe("Role it must have; a replica must also be connected to its primary."),
    tls: tlsSchema.optional().describe("Present: TLS is spoken from the start. `{}` is enough."),
    ...commonOptions,
  })
  .refine((options) => options.user === undefined || options.password !== undefined, {
    error: "expected a password beside the user",
    path: ["user"],
  })
  .meta({ id: "RedisOptions", description: "Options of the redis check." });

type RedisOptions = z.output<typeof redisSchema>;

/** The redis kind. */
export const redisKind: CheckKind<typeof redisSchema> = {
  kind: "redis",
  summary: "Signs in to Redis or Valkey, asks PING, and looks at its role if one is expected.",
  schema: redisSchema,
  secretOptions: ["password", "tls.key"],
  examples: [
    {
      title: "A replica by TLS, connected to its primary",
      options: {
        host: "cache.example.com",
        user: "probe",
        password: "${secret:cache}",
        role: "replica",
        tls: {},
      },
    },
  ],
  prepare: prepareRedis,
};

function prepareRedis(options: RedisOptions): PreparedCheck {
  const { host, port, family, resolver, sourceAddress, latencyLimitMs, password } = options;
  const tls = options.tls === undefined ? undefined : planTls(options.tls);
  const destination: Destination = { host, port, family, resolver, sourceAddress, tls };
  const secrets = secretForms(password === undefined ? [] : [password]);
  const questions = questionsOf(options);
  return {
    endpoint: `${tls === undefined ? "redis" : "rediss"}://${hostPort(host, port)}`,
    run(context, done) {
      const look = startLook({ context, done, secrets, latencyLimitMs });
      openConnection(look, destination, hold(look, createTalk(look, questions)));
      return abortOf(look);
    },
  };
}

/** A command, and what its reply must be. */
interface Question {
  name: string;
  command: Buffer;
  /** What is wrong with a reply that is no error; undefined if nothing is. */
  flaw(look: Look, reply: Reply): string | undefined;
}

function questionsOf(options: RedisOptions): Question[] {
  const { user, password, role } = options;
  const questions: Question[] = [];
  if (password !== undefined) {
    const words = user === undefined ? [password] : [user, password];
    questions.push({ name: "AUTH", command: encodeCommand("AUTH", ...words), flaw: saysOk });
  }
  questions.push({ name: "PING", command: encodeCommand("PING"), flaw: saysPong });
  if (role !== "any") {
    const flaw = (look: Look, reply: Reply): string | undefined => roleFlaw(look, reply, role);
    questions.push({ name: "ROLE", command: encodeCommand("ROLE"), flaw });
  }
  return questions;
}

const saysOk = (look: Look, reply: Reply): string | undefined =>
  reply === "OK" ? undefined : `answered AUTH with ${shown(look, reply)}`;

const saysPong = (look: Look, reply: Reply): string | undefined =>
  reply === "PONG" ? undefined : `answered PING with ${shown(look, reply)}`;

/** Redis says master and slave (https://redis.io/docs/latest/commands/role/). */
const ROLES: Record<string, string> = { master: "primary", slave: "replica", sentinel: "sentinel" };

function roleFlaw(look: Look, reply: Reply, expected: string): string | undefined {
  const [said, , , state] = Array.isArray(reply) ? reply : [];
  const role = typeof said === "string" ? ROLES[said] : undefined;
  if (role === undefined) return `answered ROLE with ${shown(look, reply)}`;
  look.facts["role"] = role;
  if (role !== expected) return `is a ${role}; expected a ${expected}`;
  if (role !== "replica" || state === "connected") return undefined;
  return `is a replica whose link to its primary is ${shown(look, state ?? null)}`;
}

const shown = (look: Look, reply: Reply): string => look.quote(JSON.stringify(reply));

function createTalk(look: Look, questions: readonly Question[]): Conversation {
  let at = 0;
  let connection: Socket | undefined;
  const ask = (): void => {
    const question = questions[at];
    if (question === undefined) return look.pass();
    connection?.write(question.command);
  };
  return {
    open(socket) {
      connection = socket;
      ask();
    },
    take(bytes) {
      const question = questions[at];
      const parsed = parseReply(bytes);
      if (parsed === "more" || question === undefined) return 0;
      if (parsed === "broken") {
        const found = look.quote(bytes.toString("latin1"), 40);
        look.fail("protocol_error", `${whereOf(look)} did not answer as Redis: ${found}.`);
        return 0;
      }
      judge(look, question, parsed.reply);
      at += 1;
      if (!look.ended()) ask();
      return parsed.end;
    },
    awaited: () => `the reply to ${questions[at]?.name ?? "nothing"}`,
  };
}

function judge(look: Look, question: Question, reply: Reply): void {
  const where = whereOf(look);
  if (typeof reply === "object" && reply !== null && "error" in reply) {
    const text = look.quote(reply.error);
    const code = reply.error.split(" ", 1)[0] ?? "";
    if (question.name === "AUTH" || AUTH_ERRORS.has(code)) {
      return look.fail("auth_failed", `${where} refused the sign-in: ${text}.`);
    }
    if (REFUSALS.has(code) || /max number of clients/.test(reply.error)) {
      return look.fail("service_refused", `${where} serves nobody now: ${text}.`);
    }
    return look.fail("expect_mismatch", `${where} refused ${question.name}: ${text}.`);
  }
  const flaw = question.flaw(look, reply);
  if (flaw !== undefined) look.fail("expect_mismatch", `${where} ${flaw}.`);
}

const AUTH_ERRORS: ReadonlySet<string> = new Set(["NOAUTH", "WRONGPASS", "NOPERM"]);
const REFUSALS: ReadonlySet<string> = new Set([
  "LOADING",
  "MASTERDOWN",
  "BUSY",
  "DENIED",
  "CLUSTERDOWN",
]);
