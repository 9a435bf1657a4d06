/**
 * A command on the aggregator's machine. Off unless the operator of that machine allows it: who may
 * write channels could otherwise run anything there. No shell, no environment but what is given.
 */
import { spawn } from "node:child_process";
import { z } from "zod";
import { messageOf, systemCodeOf } from "../../shared/errors.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { NotifierKind, OutgoingMessage, SendOutcome } from "../ports.ts";
import { blotted, quoted } from "./http-post.ts";
import { readMessage, subjectOf } from "./message.ts";
import { HTTP_OPTIONS } from "./options.ts";
import { shortText, textOf } from "./text.ts";

/** "Temporary failure, the user is invited to retry" (sysexits.h). */
const EX_TEMPFAIL = 75;

const NO_NUL = /^[^\0]*$/;

const execSchema = z.strictObject({
  command: z
    .array(z.string().min(1).max(4_096).regex(NO_NUL, "expected text without NUL"))
    .min(1)
    .max(50)
    .refine(([program = ""]) => program.startsWith("/"), {
      error: "expected an absolute path as the first word",
    })
    .describe("Program, by its absolute path, and its arguments; no shell reads them."),
  env: z
    .record(
      z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "expected the name of a variable"),
      z.string().max(4_096).regex(NO_NUL, "expected text without NUL"),
    )
    .default({})
    .describe("Its environment, beside PATH and QUORATE_*; the values are secrets."),
  timeoutMs: HTTP_OPTIONS.timeoutMs.describe("Time to end in milliseconds, then it is killed."),
});

type ExecOptions = z.output<typeof execSchema>;

/** The exec kind of notifier. */
export const execKind: NotifierKind<typeof execSchema> = {
  kind: "exec",
  summary: "Runs a command on the aggregator's machine; the event is its standard input.",
  schema: execSchema,
  secretOptions: ["env"],
  needs: "exec",
  retries: "exit code 75 (EX_TEMPFAIL), a signal, and a time-out",
  prepare: (options) => ({
    destination: `Command ${options.command[0]}`,
    timeoutMs: options.timeoutMs,
    send: async (message, signal) => await run(options, message, signal),
  }),
};

/** How a command ended. */
interface Ending {
  code: number | null;
  by: NodeJS.Signals | null;
  said: string;
}

async function run(
  options: ExecOptions,
  outgoing: OutgoingMessage,
  signal: AbortSignal,
): Promise<SendOutcome> {
  const [program = ""] = options.command;
  const failed = (detail: string, retry: boolean, status: number | null = null): SendOutcome => ({
    ok: false,
    status,
    detail,
    retry,
    retryAfterMs: null,
  });
  if (signal.aborted) return failed(`${program} was not started: the time was up.`, true);
  try {
    const { code, by, said } = await ended(options, outgoing, signal);
    const secrets = Object.values(options.env);
    const told = said === "" ? "" : ` It said: ${quoted(blotted(said, secrets))}`;
    if (code === 0) {
      return { ok: true, status: 0, detail: "It ended well.", retry: false, retryAfterMs: null };
    }
    if (signal.aborted) {
      return failed(`${program} did not end within ${options.timeoutMs / 1_000} s.`, true);
    }
    if (code === null) return failed(`${program} was ended by ${by ?? "a signal"}.${told}`, true);
    return failed(`${program} ended with code ${code}.${told}`, code === EX_TEMPFAIL, code);
  } catch (error) {
    const why = systemCodeOf(error) === "ENOENT" ? "it is not there" : messageOf(error);
    return failed(`${program} cannot be started: ${why}.`, false);
  }
}

/** Runs the command to its end; an abort kills it. */
function ended(
  { command: [program = "", ...rest], env }: ExecOptions,
  outgoing: OutgoingMessage,
  signal: AbortSignal,
): Promise<Ending> {
  const message = readMessage(outgoing);
  const { event, action, severity, thread } = message;
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, {
      env: {
        PATH: "/usr/local/bin:/usr/bin:/bin",
        ...env,
        QUORATE_MESSAGE_ID: message.id,
        QUORATE_TYPE: event.type,
        QUORATE_ACTION: action,
        QUORATE_SEVERITY: severity,
        QUORATE_THREAD: thread,
        QUORATE_SUBJECT: subjectOf(event.data),
        QUORATE_TEXT: shortText(textOf(message), 1_000).replaceAll("\0", ""),
      },
      stdio: ["pipe", "ignore", "pipe"],
      // A process that ignores a kind signal would hold its channel for ever.
      killSignal: "SIGKILL",
      signal,
    });
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    child.stderr.on("data", (chunk: Buffer) => {
      if (sizeBytes < LIMITS.webhookAnswerBytesMax) chunks.push(chunk);
      sizeBytes += chunk.byteLength;
    });
    child.on("error", (error) => {
      if (!signal.aborted) reject(error);
    });
    // "exit", not "close": a grandchild may hold the pipe open.
    child.on("exit", (code, by) => {
      child.stderr.destroy();
      const bytes = Buffer.concat(chunks).subarray(0, LIMITS.webhookAnswerBytesMax);
      resolve({ code, by, said: bytes.toString("utf8").trim() });
    });
    // A command need not read what it is told.
    child.stdin.on("error", () => undefined);
    child.stdin.end(outgoing.body);
  });
}
