/** A tiny HTTP server that answers as the API would, and a CLI that speaks to it. */
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { createArchives } from "../../../aggregator/backup/index.ts";
import type { CliContext } from "../../../aggregator/cli/context.ts";
import { listenHttp } from "../../../aggregator/cli/listen.ts";
import { runCli } from "../../../aggregator/cli/run.ts";
import { systemClock } from "../../../shared/clock.ts";
import { ERRORS } from "../../../shared/errors.ts";
import type { ErrorCode, InputIssue } from "../../../shared/errors.ts";
import { seededRandom } from "../../../shared/random.ts";
import { configKinds } from "../../helpers/config-kinds.ts";
import { capture } from "./capture.ts";

/** A request that arrived. */
export interface Asked {
  method: string;
  /** Path after /api/v1, with its query. */
  path: string;
  token: string | undefined;
  body: unknown;
}

/** What is answered: JSON with a status, or whatever the function does with the response. */
export type Answer = { status?: number; json?: unknown } | ((response: ServerResponse) => void);

/** A running fake. */
export interface FakeApi {
  url: string;
  asked: Asked[];
  close(): Promise<void>;
}

/** Starts a fake; `answers` is keyed by `METHOD /path` (query left out); others are 404. */
export async function startFakeApi(answers: Record<string, Answer>): Promise<FakeApi> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    void answerRequest(request, response, { answers, asked });
  });
  const { port } = await listenHttp(server, { host: "127.0.0.1", port: 0 });
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
}

async function answerRequest(
  request: IncomingMessage,
  response: ServerResponse,
  { answers, asked }: { answers: Record<string, Answer>; asked: Asked[] },
): Promise<void> {
  const { method = "", url = "", headers } = request;
  const path = url.replace("/api/v1", "");
  const sent = await text(request);
  const body: unknown = sent === "" ? undefined : JSON.parse(sent);
  asked.push({ method, path, token: headers.authorization, body });
  const answer =
    answers[`${method} ${path.split("?")[0] ?? ""}`] ?? problem("not_found", "No such thing.");
  if (typeof answer === "function") return answer(response);
  response.writeHead(answer.status ?? 200, { "content-type": "application/json" });
  response.end(answer.json === undefined ? "" : JSON.stringify(answer.json));
}

/** A problem as the API answers it. */
export function problem(code: ErrorCode, detail: string, issues: InputIssue[] = []): Answer {
  const { status, title } = ERRORS[code];
  return { status, json: { type: `urn:quorate:error:${code}`, title, status, detail, issues } };
}

/** What one command line did. */
export interface CliRun {
  code: number;
  out: string;
  err: string;
}

/** A command line that is still running. */
export interface RunningCli {
  done: Promise<CliRun>;
  out(): string;
  stop(): void;
}

/** Starts one command line; nothing of this process's environment is used. */
export function startCli(args: readonly string[], overrides: Partial<CliContext> = {}): RunningCli {
  const { printer, out, err } = capture();
  const stopper = new AbortController();
  const context: CliContext = {
    printer,
    settings: { url: "http://127.0.0.1:1", token: null, probeToken: null, noColor: true },
    clock: systemClock(),
    random: seededRandom(1),
    command: "quorate",
    self: { execPath: process.execPath, args: [] },
    programs: { aggregator: () => Promise.resolve(0), probe: () => Promise.resolve(0) },
    archives: () => Promise.resolve(createArchives(seededRandom(1))),
    kinds: () => Promise.resolve(configKinds()),
    onReload: () => () => undefined,
    screen: () => null,
    stopSignal: () => stopper.signal,
    endWithStdin: () => undefined,
    readStdin: () => Promise.resolve(""),
    ...overrides,
  };
  return {
    done: runCli(args, context).then((code) => ({ code, out: out(), err: err() })),
    out,
    stop: () => stopper.abort(),
  };
}

/** Runs one command line against a fake API and gives back what it did and asked. */
export async function cliAgainst(
  answers: Record<string, Answer>,
  args: readonly string[],
  overrides: Partial<CliContext> = {},
): Promise<CliRun & { asked: Asked[] }> {
  const api = await startFakeApi(answers);
  try {
    const settings = { url: api.url, token: "qrt_read_x", probeToken: null, noColor: true };
    const run = await startCli(args, { settings, ...overrides }).done;
    return { ...run, asked: api.asked };
  } finally {
    await api.close();
  }
}
