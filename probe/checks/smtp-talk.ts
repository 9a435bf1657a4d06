/** The dialogue of the smtp kind, command by command. */
import type { Socket } from "node:net";
import { upgradeToTls } from "./connect.ts";
import type { Connection } from "./connection.ts";
import { hold } from "./conversation.ts";
import type { Conversation } from "./conversation.ts";
import { whereOf } from "./look.ts";
import type { Look } from "./look.ts";
import type { SmtpOptions } from "./smtp-options.ts";
import { parseSmtpReply } from "./smtp-reply.ts";
import type { SmtpReply } from "./smtp-reply.ts";
import type { TlsPlan } from "./tls.ts";

/** A dialogue under way. */
interface Talk {
  look: Look;
  options: SmtpOptions;
  /** Present until TLS was begun by STARTTLS. */
  upgrade: TlsPlan | undefined;
  socket: Socket | undefined;
  connection: Connection | undefined;
  /** What is waited for, as a person says it. */
  awaited: string;
  /** What is done with the next reply. */
  next: (reply: SmtpReply) => void;
}

/** Creates the dialogue; `upgrade` is how TLS is begun by STARTTLS, undefined: it is not. */
export function createSmtpTalk(
  look: Look,
  options: SmtpOptions,
  upgrade: TlsPlan | undefined,
): Conversation {
  const talk: Talk = {
    look,
    options,
    upgrade,
    socket: undefined,
    connection: undefined,
    awaited: "the greeting",
    next: (reply) => greeted(talk, reply),
  };
  return conversationOf(talk, () => {});
}

function conversationOf(talk: Talk, begin: () => void): Conversation {
  return {
    open(socket, connection) {
      talk.socket = socket;
      talk.connection = connection;
      begin();
    },
    take: (bytes) => take(talk, bytes),
    awaited: () => talk.awaited,
  };
}

function take(talk: Talk, bytes: Buffer): number {
  const { look } = talk;
  const reply = parseSmtpReply(bytes);
  if (reply === "more") return 0;
  if (reply === "broken") {
    const found = look.quote(bytes.toString("latin1"), 40);
    look.fail("protocol_error", `${whereOf(look)} did not answer in SMTP: ${found}.`);
    return 0;
  }
  if (bytes.length > reply.end) {
    // Nothing was asked beyond; behind STARTTLS it would be taken for what came over TLS.
    look.fail("protocol_error", `${whereOf(look)} went on after its reply, unasked.`);
    return 0;
  }
  talk.next(reply);
  return reply.end;
}

function ask(talk: Talk, line: string, next: (reply: SmtpReply) => void): void {
  const [verb = ""] = line.split(" ", 1);
  talk.awaited = `the reply to ${verb}`;
  talk.next = next;
  talk.socket?.write(`${line}\r\n`);
}

/** Whether the reply has the code; else the look ends. */
function holds(talk: Talk, reply: SmtpReply, code: number): boolean {
  if (reply.code === code) return true;
  const { look } = talk;
  const found = `${reply.code} ${look.quote(reply.lines.join(" "))}`;
  const what = `${whereOf(look)} said ${found} as ${talk.awaited}; expected ${code}.`;
  if (reply.code === 421 || (reply.code === 554 && talk.awaited === "the greeting")) {
    look.fail("service_refused", what);
  } else {
    look.fail(talk.awaited.includes("AUTH") ? "auth_failed" : "expect_mismatch", what);
  }
  return false;
}

function greeted(talk: Talk, reply: SmtpReply): void {
  const { look, options } = talk;
  if (!holds(talk, reply, 220)) return;
  const banner = reply.lines.join("\n");
  look.facts["banner"] = printable(banner);
  const { bannerContains } = options;
  if (bannerContains !== undefined && !banner.includes(bannerContains)) {
    const found = `greeted with ${look.quote(banner)}`;
    const detail = `${whereOf(look)} ${found}; expected ${look.quote(bannerContains)} in it.`;
    return look.fail("expect_mismatch", detail);
  }
  hello(talk);
}

const printable = (text: string): string => text.replace(/[^\x20-\x7e]+/g, " ").slice(0, 80);

function hello(talk: Talk): void {
  ask(talk, `EHLO ${talk.options.hello}`, (reply) => {
    if (!holds(talk, reply, 250)) return;
    const offers = reply.lines.map((line) => line.trim().toUpperCase());
    if (talk.upgrade !== undefined) return beginTls(talk, talk.upgrade, offers);
    signIn(talk, offers);
  });
}

function beginTls(talk: Talk, tls: TlsPlan, offers: readonly string[]): void {
  const { look } = talk;
  if (!offers.includes("STARTTLS")) {
    return look.fail("expect_mismatch", `${whereOf(look)} does not offer STARTTLS.`);
  }
  ask(talk, "STARTTLS", (reply) => {
    const { socket, connection } = talk;
    if (!holds(talk, reply, 220) || socket === undefined || connection === undefined) return;
    talk.upgrade = undefined;
    // What was offered in plain text may be a lie, so it is asked for again (RFC 3207 4.2).
    const handlers = hold(
      look,
      conversationOf(talk, () => hello(talk)),
    );
    upgradeToTls(connection, { socket, tls, handlers });
  });
}

function signIn(talk: Talk, offers: readonly string[]): void {
  const { look, options } = talk;
  const { user, password } = options;
  if (user === undefined || password === undefined) return envelope(talk);
  const mechanisms = offers
    .filter((line) => /^AUTH[ =]/.test(line))
    .flatMap((line) => line.slice(5).split(" "));
  const passed = (reply: SmtpReply): void => {
    if (holds(talk, reply, 235)) envelope(talk);
  };
  if (mechanisms.includes("PLAIN")) {
    const words = Buffer.from(`\0${user}\0${password}`).toString("base64");
    return ask(talk, `AUTH PLAIN ${words}`, passed);
  }
  if (!mechanisms.includes("LOGIN")) {
    const found = look.quote(mechanisms.join(" "));
    const detail = `${whereOf(look)} offers neither PLAIN nor LOGIN to sign in, but ${found}.`;
    return look.fail("expect_mismatch", detail);
  }
  ask(talk, "AUTH LOGIN", (first) => {
    if (!holds(talk, first, 334)) return;
    say(talk, user, (second) => {
      if (holds(talk, second, 334)) say(talk, password, passed);
    });
  });
}

/** Says a word of AUTH LOGIN; what is waited for stays the reply to AUTH. */
function say(talk: Talk, word: string, next: (reply: SmtpReply) => void): void {
  talk.next = next;
  talk.socket?.write(`${Buffer.from(word).toString("base64")}\r\n`);
}

function envelope(talk: Talk): void {
  const { from = "", to } = talk.options;
  if (to === undefined) return quit(talk);
  ask(talk, `MAIL FROM:<${from}>`, (reply) => {
    if (!holds(talk, reply, 250)) return;
    ask(talk, `RCPT TO:<${to}>`, (taken) => {
      if (taken.code === 251 || holds(talk, taken, 250)) quit(talk);
    });
  });
}

/** Says goodbye, as a server may count who does not; its reply changes nothing. */
function quit(talk: Talk): void {
  talk.socket?.write("QUIT\r\n");
  talk.look.pass();
}
