/**
 * Mail by SMTP. All mails of one trouble refer to the same invented first mail, which is what makes
 * a reader show them together (RFC 5322, 3.6.4). Without TLS no password is sent.
 */
import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { createTransport } from "nodemailer";
import { z } from "zod";
import { messageOf, systemCodeOf } from "../../shared/errors.ts";
import type { NotifierKind, OutgoingMessage, SendOutcome } from "../ports.ts";
import { blotted, quoted } from "./http-post.ts";
import { htmlOf } from "./markup.ts";
import { readMessage } from "./message.ts";
import { checkAuthorities, HTTP_OPTIONS, lineOption, secretOption } from "./options.ts";
import { cutText, longText, textOf } from "./text.ts";

const ADDRESS = /^[^\s<>,;]+@[^\s<>,;]+$/;

const emailSchema = z
  .strictObject({
    host: lineOption("the mail server's name", 255).describe("Name or address of the server."),
    port: z.int().min(1).max(65_535).default(587).describe("Port: 587, 465 for tls, 25 for none."),
    security: z
      .enum(["starttls", "tls", "none"])
      .default("starttls")
      .describe("`starttls`: required, never left out. `tls`: from the start. `none`: plain text."),
    user: lineOption("a user name", 320)
      .optional()
      .describe("User, where the server asks for one."),
    password: secretOption("a password").optional().describe("Password of that user."),
    from: lineOption("an address", 320).regex(ADDRESS, "expected an address").describe("Sender."),
    to: z
      .array(lineOption("an address", 320).regex(ADDRESS, "expected an address"))
      .min(1)
      .max(50)
      .describe("Receivers."),
    subjectPrefix: lineOption("a prefix", 50).default("[Quorate]").describe("Begins the subject."),
    ...HTTP_OPTIONS,
    timeoutMs: HTTP_OPTIONS.timeoutMs.default(30_000),
  })
  .refine(({ security, password }) => security !== "none" || password === undefined, {
    error: "expected starttls or tls: a password is not sent in plain text",
    path: ["security"],
  });

type EmailOptions = z.output<typeof emailSchema>;

/** The email kind of notifier. */
export const emailKind: NotifierKind<typeof emailSchema> = {
  kind: "email",
  summary: "Sends a mail by SMTP, in plain text and HTML, one thread for each trouble.",
  schema: emailSchema,
  secretOptions: ["password"],
  retries: "SMTP 4xx, and whatever keeps the server from answering",
  prepare(options) {
    const { host, port, to, timeoutMs, tls } = options;
    checkAuthorities(tls);
    return {
      destination: `Mail to ${to.join(", ")} by ${host}:${port}`,
      timeoutMs,
      send: async (message, signal) => await sendMail(options, message, signal),
    };
  },
};

async function sendMail(
  options: EmailOptions,
  outgoing: OutgoingMessage,
  signal: AbortSignal,
): Promise<SendOutcome> {
  let socket: Socket | null = null;
  const abort = (): void => void socket?.destroy();
  signal.addEventListener("abort", abort);
  try {
    socket = connect({ host: options.host, port: options.port });
    // What the socket suffers reaches the transport by its own listener.
    socket.on("error", () => undefined);
    if (signal.aborted) socket.destroy();
    await once(socket, "connect", { signal });
    const info = await transportOf(options, socket).sendMail(mailOf(options, outgoing));
    const refused = info.rejected.length;
    const partly = refused === 0 ? "" : ` ${refused} of ${options.to.length} receivers refused.`;
    return outcomeOf({ ok: true, status: 250, detail: `The server took the mail.${partly}` });
  } catch (error) {
    return failureOf(error, { options, aborted: signal.aborted });
  } finally {
    signal.removeEventListener("abort", abort);
    socket?.destroy();
  }
}

/** One connection for one mail, on a socket that an abort can end. */
function transportOf(options: EmailOptions, connection: Socket) {
  const { host, port, security, user, password = "", timeoutMs, tls } = options;
  return createTransport({
    host,
    port,
    secure: security === "tls",
    requireTLS: security === "starttls",
    ignoreTLS: security === "none",
    ...(user === undefined ? {} : { auth: { user, pass: password } }),
    tls: { rejectUnauthorized: tls.verify, ...(tls.ca === undefined ? {} : { ca: tls.ca }) },
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    // A message is text from outside: it must not make the library read a file or a URL.
    disableFileAccess: true,
    disableUrlAccess: true,
    getSocket: (_options: unknown, done: (error: Error | null, socket: object) => void) =>
      done(null, { connection }),
  });
}

function mailOf({ from, to, subjectPrefix }: EmailOptions, outgoing: OutgoingMessage) {
  const message = readMessage(outgoing);
  const text = textOf(message);
  const domain = from.slice(from.lastIndexOf("@") + 1);
  const root = `<${message.thread}@${domain}>`;
  const isUrgent = message.severity === "critical" && message.action === "trigger";
  return {
    from,
    to,
    subject: cutText(`${subjectPrefix} ${text.title}`, 200),
    messageId: `<${message.id}@${domain}>`,
    inReplyTo: root,
    references: root,
    date: message.event.timestamp,
    text: `${longText(text)}\n`,
    html: `<!doctype html>\n<html><body>\n${htmlOf(text, "<br>\n")}\n</body></html>\n`,
    priority: isUrgent ? ("high" as const) : ("normal" as const),
    headers: {
      "Auto-Submitted": "auto-generated",
      "X-Quorate-Event": message.event.type,
    },
  };
}

interface Attempt {
  options: EmailOptions;
  aborted: boolean;
}

/** 5xx is an answer for good (RFC 5321, 4.2.1), all else may pass. */
function failureOf(error: unknown, { options, aborted }: Attempt): SendOutcome {
  const { host, port, timeoutMs, user = "", password } = options;
  const where = `${host}:${port}`;
  if (aborted) {
    return outcomeOf({
      retry: true,
      detail: `No mail left to ${where} within ${timeoutMs / 1_000} s.`,
    });
  }
  const status = responseCodeOf(error);
  const code = systemCodeOf(error);
  const plain = Buffer.from(`\0${user}\0${password ?? ""}`).toString("base64");
  const secrets = password === undefined ? [] : [plain, base64Of(password), password];
  const said = quoted(blotted(messageOf(error), secrets));
  if (status !== null) {
    return outcomeOf({
      status,
      retry: status < 500,
      detail: `The mail server answered ${status}. ${said}`,
    });
  }
  if (code === "ECONNREFUSED") {
    return outcomeOf({
      retry: true,
      detail: `Connection refused: nothing is listening there (${where}).`,
    });
  }
  return outcomeOf({ retry: true, detail: `The mail did not reach ${where}: ${said}` });
}

function base64Of(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}

function responseCodeOf(error: unknown): number | null {
  if (typeof error !== "object" || error === null || !("responseCode" in error)) return null;
  return typeof error.responseCode === "number" ? error.responseCode : null;
}

function outcomeOf(outcome: Partial<SendOutcome> & { detail: string }): SendOutcome {
  return { ok: false, status: null, retry: false, retryAfterMs: null, ...outcome };
}
