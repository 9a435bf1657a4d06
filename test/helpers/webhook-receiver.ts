/** A webhook receiver on a port of its own that misbehaves on cue. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { systemClock } from "../../shared/clock.ts";

/** What the receiver does with one message. */
export type Answer =
  | { status: number; headers?: Record<string, string>; body?: string }
  /** Never answers. */
  | "hang"
  /** Ends the connection by a reset, without an answer. */
  | "reset"
  /** Answers 500 with a body that never ends. */
  | "endless"
  /** Answers 200, but the body never comes. */
  | "ok_without_end";

/** A message as it arrived. */
export interface Received {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  /** The body as bytes. */
  rawBody: Buffer;
  /** The webhook-id header. */
  id: string;
}

/** A running receiver. */
export interface WebhookReceiver {
  url: string;
  port: number;
  received: readonly Received[];
  /** Connections open at this moment. */
  connections(): number;
  /** The next messages are answered so, in order; later ones with 204. */
  next(...answers: Answer[]): void;
  /** All messages that no `next` is left for are answered so. */
  always(answer: Answer): void;
  /** All messages that no `next` is left for are answered as this says, asked for each. */
  each(choose: () => Answer): void;
  /** Resolves once `count` messages arrived; rejects after ten seconds. */
  until(count: number): Promise<void>;
  close(): Promise<void>;
}

/** Starts a receiver on 127.0.0.1; `port` 0 picks a free one. */
export async function startWebhookReceiver(port = 0): Promise<WebhookReceiver> {
  const received: Received[] = [];
  const queue: Answer[] = [];
  let usual = (): Answer => ({ status: 204 });
  const server = createServer((request, response) => {
    void readAll(request).then((rawBody) => {
      const body = rawBody.toString("utf8");
      const id = String(request.headers["webhook-id"] ?? "");
      const { method = "", url: path = "", headers } = request;
      received.push({ method, path, headers, body, rawBody, id });
      answer(queue.shift() ?? usual(), response);
    });
  });
  const sockets = new Set<object>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const bound = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    received,
    connections: () => sockets.size,
    next: (...answers) => void queue.push(...answers),
    always: (to) => void (usual = () => to),
    each: (choose) => void (usual = choose),
    until: async (count) => await until(`${count} messages`, () => received.length >= count),
    async close() {
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  const source: AsyncIterable<Uint8Array> = request;
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function answer(how: Answer, response: ServerResponse): void {
  if (how === "hang") return;
  if (how === "reset") response.socket?.resetAndDestroy();
  else if (how === "endless") writeForEver(response.writeHead(500));
  else if (how === "ok_without_end") response.writeHead(200).write("o");
  else response.writeHead(how.status, how.headers).end(how.body);
}

function writeForEver(response: ServerResponse): void {
  const block = Buffer.alloc(16_384, "x");
  while (!response.destroyed && response.write(block));
  if (!response.destroyed) response.once("drain", () => writeForEver(response));
}

/** Resolves once `condition` holds, looked at again and again; rejects after ten seconds. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
): Promise<void> {
  const clock = systemClock();
  const endMs = clock.monoMs() + 10_000;
  while (!(await condition())) {
    if (clock.monoMs() > endMs) throw new Error(`Waited 10 s in vain for ${what}.`);
    await new Promise<void>((resolve) => void clock.after(5, resolve));
  }
}
