/** The dialogue with a PostgreSQL server. */
import { createHash } from "node:crypto";
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
import { encodeMessage, firstColumn, int32, parseMessage, readError } from "./postgres-wire.ts";
import { beginScram } from "./scram.ts";
import type { Scram } from "./scram.ts";
import type { TlsPlan } from "./tls.ts";

/** What a check asks of the server. */
export interface PostgresPlan {
  user: string;
  password: string | undefined;
  database: string;
  query: string;
  expect: string | undefined;
  rowsMin: number;
  role: "any" | "primary" | "standby";
}

interface Talk {
  look: Look;
  plan: PostgresPlan;
  /** Present until TLS was begun. */
  upgrade: TlsPlan | undefined;
  secure: boolean;
  socket: Socket | undefined;
  connection: Connection | undefined;
  scram: Scram | undefined;
  /** Whether the server showed that it knows the password. */
  proved: boolean;
  /** `tls`: an answer of one byte is due; `start` until it is ready; then the queries. */
  stage: "tls" | "start" | "role" | "query";
  result: QueryResult;
  /** Bytes of rows so far. */
  rowBytes: number;
}

const VERSION_3 = int32(196_608);
const SSL_REQUEST = int32(80_877_103);
const STARTED: ReadonlySet<string> = new Set(["role", "query"]);

/** Creates the dialogue; `upgrade` is how TLS is begun, undefined: it is not. */
export function createPostgresTalk(
  look: Look,
  plan: PostgresPlan,
  upgrade: TlsPlan | undefined,
): Conversation {
  const talk: Talk = {
    look,
    plan,
    upgrade,
    secure: false,
    socket: undefined,
    connection: undefined,
    scram: undefined,
    proved: false,
    stage: upgrade === undefined ? "start" : "tls",
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
      if (talk.stage === "tls") socket.write(encodeMessage("", SSL_REQUEST));
      else startUp(talk);
    },
    take: (bytes) => (talk.stage === "tls" ? takeTls(talk, bytes) : take(talk, bytes)),
    awaited: () => AWAITED[talk.stage],
  };
}

const AWAITED: Record<Talk["stage"], string> = {
  tls: "whether it speaks TLS",
  start: "the end of its start",
  role: "its role",
  query: "the answer to the query",
};

function startUp({ socket, plan }: Talk): void {
  const { user, database } = plan;
  const fields = { user, database, application_name: "quorate", client_encoding: "UTF8" };
  const text = Object.entries(fields).map(([name, value]) => `${name}\0${value}\0`);
  socket?.write(encodeMessage("", VERSION_3, `${text.join("")}\0`));
}

/** `S`: it speaks TLS; `N`: it does not. Anything behind it would come before TLS did. */
function takeTls(talk: Talk, bytes: Buffer): number {
  const { look, socket, connection, upgrade } = talk;
  const said = bytes.toString("latin1");
  if (said === "N") {
    look.fail("tls_handshake", `${whereOf(look)} does not speak TLS.`);
  } else if (said !== "S" || !socket || !connection || !upgrade) {
    look.fail("protocol_error", `${whereOf(look)} did not say whether it speaks TLS.`);
  } else {
    talk.stage = "start";
    talk.secure = true;
    upgradeToTls(connection, { socket, tls: upgrade, handlers: hold(look, conversationOf(talk)) });
    return 0;
  }
  return 0;
}

function take(talk: Talk, bytes: Buffer): number {
  const { look } = talk;
  const message = parseMessage(bytes);
  if (message === "more") return 0;
  if (message === "broken") {
    const found = look.quote(bytes.toString("latin1"), 40);
    look.fail("protocol_error", `${whereOf(look)} did not answer as PostgreSQL: ${found}.`);
    return 0;
  }
  const { type, body, end } = message;
  if (type === "E") refused(talk, body);
  else if (type === "R") authenticate(talk, body);
  else if (type === "D") takeRow(talk, body);
  else if (type === "Z") ready(talk);
  return end;
}

function refused({ look, stage }: Talk, body: Buffer): void {
  const { code, message } = readError(body);
  const said = `${look.quote(message, 160)} (${look.quote(code).slice(1, -1)})`;
  const where = whereOf(look);
  // Classes of SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html
  if (code.startsWith("28")) {
    return look.fail("auth_failed", `${where} refused the sign-in: ${said}.`);
  }
  if (stage === "start" || code.startsWith("57P") || code.startsWith("53")) {
    return look.fail("service_refused", `${where} serves nobody now: ${said}.`);
  }
  look.fail("query_failed", `${where} failed on the query: ${said}.`);
}

function authenticate(talk: Talk, body: Buffer): void {
  const { look, plan, socket } = talk;
  const { user, password } = plan;
  const how = body.length < 4 ? -1 : body.readInt32BE(0);
  const where = whereOf(look);
  if (how === 0) {
    // Without the proof anybody could say that the password was right (RFC 5802 3).
    if (talk.scram === undefined || talk.proved) return;
    return look.fail("auth_failed", `${where} ended SCRAM before its proof.`);
  }
  if (password === undefined) {
    return look.fail("auth_failed", `${where} asks for a password; the check has none.`);
  }
  switch (how) {
    case 3:
      if (talk.secure) return void socket?.write(encodeMessage("p", `${password}\0`));
      return look.fail("auth_failed", `${where} wants the password in plain text, without TLS.`);
    case 5:
      return void socket?.write(
        encodeMessage("p", `${md5Answer(user, password, body.subarray(4, 8))}\0`),
      );
    case 10:
      return beginSasl(talk, password, body.toString("latin1", 4));
    case 11:
      return continueSasl(talk, body.toString("latin1", 4));
    case 12:
      talk.proved = talk.scram?.proves(body.toString("latin1", 4)) === true;
      if (talk.proved) return;
      return look.fail("auth_failed", `${where} could not show that it knows the password.`);
    default:
      return look.fail("auth_failed", `${where} asks for a way to sign in that is not known here.`);
  }
}

function md5Answer(user: string, password: string, salt: Buffer): string {
  const md5 = (data: Buffer | string): string => createHash("md5").update(data).digest("hex");
  return `md5${md5(Buffer.concat([Buffer.from(md5(password + user)), salt]))}`;
}

function beginSasl(talk: Talk, password: string, mechanisms: string): void {
  const { look, socket } = talk;
  if (!mechanisms.split("\0").includes("SCRAM-SHA-256")) {
    return look.fail("auth_failed", `${whereOf(look)} does not offer SCRAM-SHA-256.`);
  }
  talk.scram = beginScram(password);
  const { first } = talk.scram;
  socket?.write(encodeMessage("p", "SCRAM-SHA-256\0", int32(first.length), first));
}

function continueSasl({ look, scram, socket }: Talk, serverFirst: string): void {
  if (scram === undefined) {
    return look.fail("protocol_error", `${whereOf(look)} went on with SCRAM before it began.`);
  }
  scram.answer(serverFirst, (answer) => {
    if (look.ended()) return;
    if (typeof answer === "string") socket?.write(encodeMessage("p", answer));
    else look.fail("auth_failed", `${whereOf(look)} ${answer.flaw}.`);
  });
}

function takeRow(talk: Talk, body: Buffer): void {
  const { look, stage, result } = talk;
  const value = firstColumn(body);
  if (value === undefined || !STARTED.has(stage)) {
    return look.fail("protocol_error", `${whereOf(look)} sent a row that is none.`);
  }
  if (result.rows === 0) result.value = value;
  result.rows += 1;
  talk.rowBytes += body.length;
  if (talk.rowBytes > LIMITS.checkBodyBytesMax) {
    const limit = `${LIMITS.checkBodyBytesMax} bytes`;
    look.fail("query_failed", `The query gave more than ${limit} of rows; ask for less.`);
  }
}

/** ReadyForQuery: what was asked is answered in full. */
function ready(talk: Talk): void {
  const { look, plan, result, stage } = talk;
  if (stage === "start" && plan.role !== "any") {
    return ask(talk, "role", "SELECT pg_is_in_recovery()");
  }
  if (stage === "start") return ask(talk, "query", plan.query);
  if (stage === "role") {
    const role = result.value === "t" ? "standby" : "primary";
    look.facts["role"] = role;
    if (role === plan.role) return ask(talk, "query", plan.query);
    const detail = `${whereOf(look)} is a ${role}; expected a ${plan.role}.`;
    return look.fail("expect_mismatch", detail);
  }
  const flaw = resultFlaw(plan, result, look.quote);
  if (flaw !== undefined) {
    return look.fail("expect_mismatch", `The query at ${whereOf(look)} ${flaw}.`);
  }
  talk.socket?.write(encodeMessage("X"));
  look.pass();
}

function ask(talk: Talk, stage: "role" | "query", query: string): void {
  talk.stage = stage;
  talk.result = { rows: 0, value: null };
  talk.rowBytes = 0;
  talk.socket?.write(encodeMessage("Q", `${query}\0`));
}
