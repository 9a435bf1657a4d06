/** The dialogue with a MySQL or MariaDB server. */
import type { Socket } from "node:net";
import { LIMITS } from "../../shared/limits.ts";
import { upgradeToTls } from "./connect.ts";
import type { Connection } from "./connection.ts";
import { hold } from "./conversation.ts";
import type { Conversation } from "./conversation.ts";
import { resultFlaw } from "./database-options.ts";
import type { QueryResult } from "./database-options.ts";
import { whereOf } from "./look.ts";
import type { Look } from "./look.ts";
import { encodePacket, firstValue, FLAGS, parsePacket, proofOf } from "./mysql-wire.ts";
import { readGreeting, readMysqlError, textUntilZero } from "./mysql-wire.ts";
import type { Greeting } from "./mysql-wire.ts";
import type { TlsPlan } from "./tls.ts";

/** What a check asks of the server. */
export interface MysqlPlan {
  user: string;
  password: string;
  database: string | undefined;
  query: string;
  expect: string | undefined;
  rowsMin: number;
  role: "any" | "primary" | "replica";
}

interface Talk {
  look: Look;
  plan: MysqlPlan;
  upgrade: TlsPlan | undefined;
  secure: boolean;
  socket: Socket | undefined;
  connection: Connection | undefined;
  greeting: Greeting | undefined;
  stage: "greeting" | "sign-in" | "role" | "query";
  /** Packets of column definitions still to come; undefined: the head of the answer is due. */
  columns: number | undefined;
  result: QueryResult;
  rowBytes: number;
}

const AWAITED: Record<Talk["stage"], string> = {
  greeting: "the greeting",
  "sign-in": "the end of the sign-in",
  role: "its role",
  query: "the answer to the query",
};

const OK = 0;
const MORE = 1;
const LOCAL_FILE = 0xfb;
const END = 0xfe;
const ERROR = 0xff;
const COLUMNS_MAX = 250;
const UTF8MB4 = 45;

/** Creates the dialogue; `upgrade` is how TLS is begun, undefined: it is not. */
export function createMysqlTalk(
  look: Look,
  plan: MysqlPlan,
  upgrade: TlsPlan | undefined,
): Conversation {
  const talk: Talk = {
    look,
    plan,
    upgrade,
    secure: false,
    socket: undefined,
    connection: undefined,
    greeting: undefined,
    stage: "greeting",
    columns: undefined,
    result: { rows: 0, value: null },
    rowBytes: 0,
  };
  return conversationOf(talk);
}

function conversationOf(talk: Talk): Conversation {
  return {
    open(socket, connection) {
      talk.socket = socket;
      talk.connection = connection;
      // Behind TLS the server waits for us; before it, it speaks first.
      if (talk.greeting !== undefined) signIn(talk, talk.greeting, 2);
    },
    take(bytes) {
      const packet = parsePacket(bytes);
      if (packet === undefined) return early(talk, bytes);
      if (packet.body.length === 0) broken(talk, bytes);
      else take(talk, packet.body, packet.sequence);
      return packet.end;
    },
    awaited: () => AWAITED[talk.stage],
  };
}

/** A first packet begins with its version or an error: what does not is told at once. */
function early(talk: Talk, bytes: Buffer): number {
  const first = bytes[4];
  if (talk.stage === "greeting" && first !== undefined && first !== 10 && first !== ERROR) {
    broken(talk, bytes);
  }
  return 0;
}

function broken({ look }: Talk, bytes: Buffer): void {
  const found = look.quote(bytes.toString("latin1"), 40);
  look.fail("protocol_error", `${whereOf(look)} did not answer as MySQL: ${found}.`);
}

function take(talk: Talk, body: Buffer, sequence: number): void {
  if (body[0] === ERROR) return refused(talk, body);
  switch (talk.stage) {
    case "greeting":
      return greeted(talk, body);
    case "sign-in":
      return signingIn(talk, body, sequence);
    case "role":
    case "query":
      return answered(talk, body);
  }
}

/** Errors: https://dev.mysql.com/doc/mysql-errors/8.0/en/server-error-reference.html */
const AUTH_ERRORS: ReadonlySet<number> = new Set([1044, 1045, 1698, 1862, 3118, 3159]);

function refused({ look, stage }: Talk, body: Buffer): void {
  const { code, message } = readMysqlError(body);
  const said = `${look.quote(message, 160)} (${code})`;
  const where = whereOf(look);
  if (AUTH_ERRORS.has(code)) {
    return look.fail("auth_failed", `${where} refused the sign-in: ${said}.`);
  }
  if (stage === "greeting" || stage === "sign-in") {
    return look.fail("service_refused", `${where} serves nobody now: ${said}.`);
  }
  look.fail("query_failed", `${where} failed on the query: ${said}.`);
}

function greeted(talk: Talk, body: Buffer): void {
  const { look, upgrade, socket, connection } = talk;
  const greeting = readGreeting(body);
  if (greeting === undefined) return broken(talk, body);
  look.facts["version"] = greeting.version.replace(/[^\x20-\x7e]+/g, " ").slice(0, 60);
  talk.greeting = greeting;
  talk.stage = "sign-in";
  if (upgrade === undefined) return signIn(talk, greeting, 1);
  if ((greeting.flags & FLAGS.tls) === 0 || socket === undefined || connection === undefined) {
    return look.fail("tls_handshake", `${whereOf(look)} does not speak TLS.`);
  }
  socket.write(encodePacket(1, startOf(talk)));
  talk.secure = true;
  upgradeToTls(connection, { socket, tls: upgrade, handlers: hold(look, conversationOf(talk)) });
}

/** What a request for TLS and a sign-in have in common. */
function startOf({ plan, upgrade }: Talk): Buffer {
  const { protocol41, transactions, secureConnection, pluginAuth, withDatabase, tls } = FLAGS;
  const start = Buffer.alloc(32);
  const base = protocol41 | transactions | secureConnection | pluginAuth;
  const database = plan.database === undefined ? 0 : withDatabase;
  start.writeUInt32LE(base | database | (upgrade === undefined ? 0 : tls), 0);
  start.writeUInt32LE(LIMITS.checkReplyBytesMax, 4);
  start[8] = UTF8MB4;
  return start;
}

function signIn(talk: Talk, greeting: Greeting, sequence: number): void {
  const { plan, socket } = talk;
  const { plugin, salt } = greeting;
  // A plugin that is not known here may only be the server's first choice; it will say another.
  const known = proofOf(plugin, plan.password, salt) === undefined ? NATIVE : plugin;
  const proof = proofOf(known, plan.password, salt) ?? Buffer.alloc(0);
  const database = plan.database === undefined ? "" : `${plan.database}\0`;
  const words = [`${plan.user}\0`, [proof.length], proof, database, `${known}\0`];
  socket?.write(encodePacket(sequence, startOf(talk), ...words));
}

const NATIVE = "mysql_native_password";

function signingIn(talk: Talk, body: Buffer, sequence: number): void {
  const { look, plan, socket } = talk;
  if (body[0] === OK) {
    if (plan.role === "any") return ask(talk, "query", plan.query);
    return ask(talk, "role", "SELECT @@global.read_only");
  }
  if (body[0] === END) return switchTo(talk, body, sequence);
  // caching_sha2_password: 3, it knew the password still; 4, it must see it.
  if (body[0] === MORE && body[1] === 3) return;
  if (body[0] !== MORE || body[1] !== 4) return broken(talk, body);
  if (talk.secure) return void socket?.write(encodePacket(sequence + 1, `${plan.password}\0`));
  const why = "wants to see the password, which it may only by TLS; give the option `tls`";
  look.fail("auth_failed", `${whereOf(look)} ${why}.`);
}

function switchTo(talk: Talk, body: Buffer, sequence: number): void {
  const { look, plan, secure, socket } = talk;
  const plugin = textUntilZero(body.subarray(1));
  const salt = body.subarray(2 + plugin.length, 22 + plugin.length);
  const clear = plugin === "mysql_clear_password" && secure;
  const proof = clear ? Buffer.from(`${plan.password}\0`) : proofOf(plugin, plan.password, salt);
  if (proof !== undefined) return void socket?.write(encodePacket(sequence + 1, proof));
  const detail = `asks for a sign-in by ${look.quote(plugin)}, which is not known here`;
  look.fail("auth_failed", `${whereOf(look)} ${detail}.`);
}

function ask(talk: Talk, stage: "role" | "query", query: string): void {
  talk.stage = stage;
  talk.columns = undefined;
  talk.result = { rows: 0, value: null };
  talk.rowBytes = 0;
  talk.socket?.write(encodePacket(0, [3], query));
}

/** One packet of an answer: its head, its columns and an end, its rows and an end. */
function answered(talk: Talk, body: Buffer): void {
  const first = body[0] ?? ERROR;
  const ends = first === END && body.length < 9;
  if (talk.columns === undefined) {
    if (first === OK) return over(talk);
    // 0xfb asks for a file of this machine, which nobody gets.
    if (first === LOCAL_FILE || first > COLUMNS_MAX) return broken(talk, body);
    talk.columns = first + 1;
    return;
  }
  if (talk.columns > 0) {
    talk.columns -= 1;
    // The end of the columns is an END packet, and none of the columns is one.
    if (ends !== (talk.columns === 0)) broken(talk, body);
    return;
  }
  if (ends) return over(talk);
  takeRow(talk, body);
}

function takeRow(talk: Talk, body: Buffer): void {
  const { look, result } = talk;
  const value = firstValue(body);
  if (value === undefined) return broken(talk, body);
  if (result.rows === 0) result.value = value;
  result.rows += 1;
  talk.rowBytes += body.length;
  if (talk.rowBytes <= LIMITS.checkBodyBytesMax) return;
  const limit = `${LIMITS.checkBodyBytesMax} bytes`;
  look.fail("query_failed", `The query gave more than ${limit} of rows; ask for less.`);
}

function over(talk: Talk): void {
  const { look, plan, result } = talk;
  if (talk.stage === "role") {
    const role = result.value === "0" || result.value === "OFF" ? "primary" : "replica";
    look.facts["role"] = role;
    if (role === plan.role) return ask(talk, "query", plan.query);
    return look.fail("expect_mismatch", `${whereOf(look)} is a ${role}; expected a ${plan.role}.`);
  }
  const flaw = resultFlaw(plan, result, look.quote);
  if (flaw !== undefined) {
    return look.fail("expect_mismatch", `The query at ${whereOf(look)} ${flaw}.`);
  }
  talk.socket?.write(encodePacket(0, [1]));
  look.pass();
}
