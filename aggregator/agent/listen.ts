/** The port of HAProxy's agent check: a line with a target's name comes, a line with words goes. */
import { createServer } from "node:net";
import type { Server, Socket } from "node:net";
import type { Clock } from "../../shared/clock.ts";
import { messageOf, QuorateError } from "../../shared/errors.ts";
import { formatHostPort, isLoopbackHost } from "../../shared/host-port.ts";
import type { HostPort } from "../../shared/host-port.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { Log } from "../../shared/log.ts";
import { neutralReply } from "./reply.ts";

/** What the port works with. */
export interface AgentOptions extends HostPort {
  /** One line on a target, by name or id. */
  judge: (name: string) => Promise<string>;
  clock: Clock;
  log: Log;
}

/** A port that listens. */
export interface AgentListener {
  /** As HOST:PORT. */
  address: string;
  /** Takes no more connections and cuts those off that are open. */
  close(): Promise<void>;
}

/** Time a connection has for its whole exchange. */
const EXCHANGE_MS = 3_000;

const NO_NAME = 'expected a target and a line break: agent-send "name\\n"';

/** Listens; rejects with a sentence when it cannot. */
export async function listenAgent(options: AgentOptions): Promise<AgentListener> {
  const { host, port, log } = options;
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    take(socket, options);
  });
  // One more connection is closed at once; a load balancer takes that for no answer.
  server.maxConnections = LIMITS.agentConnectionsMax;
  const bound = await bind(server, { host, port });
  server.on("error", (error) => log.error({ error: messageOf(error) }, "Accepting failed."));
  const address = formatHostPort({ host, port: bound });
  if (!isLoopbackHost(host)) {
    const sentence = "The agent port listens beyond this machine: who reaches it reads verdicts.";
    log.warn({ address }, `${sentence} Let only load balancers reach it.`);
  }
  return {
    address,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function bind(server: Server, { host, port }: HostPort): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => {
      const where = formatHostPort({ host, port });
      const sentence = `Cannot listen for agent checks on ${where}: ${messageOf(error)}.`;
      reject(new QuorateError("unavailable", `${sentence} Give another with --agent-listen.`));
    });
    server.listen(port, host, () => {
      const bound = server.address();
      resolve(typeof bound === "object" && bound !== null ? bound.port : port);
    });
  });
}

/** Reads one line within bounds, answers, and closes. */
function take(socket: Socket, { judge, clock, log }: AgentOptions): void {
  let text = "";
  let answered = false;
  const deadline = clock.after(EXCHANGE_MS, () => {
    if (answered) socket.destroy();
    else answer(neutralReply(NO_NAME));
  });
  // A load balancer that goes away in the middle is no error of ours.
  socket.on("error", () => socket.destroy());
  socket.once("close", () => deadline.cancel());
  socket.setEncoding("utf8");
  socket.on("data", (chunk) => {
    if (answered) return;
    text += String(chunk);
    const end = text.indexOf("\n");
    if (end >= 0) look(text.slice(0, end).trim());
    else if (text.length > LIMITS.agentLineCharsMax) answer(neutralReply(NO_NAME));
  });
  socket.on("end", () => {
    if (!answered) answer(neutralReply(NO_NAME));
  });

  function answer(line: string): void {
    answered = true;
    if (!socket.destroyed) socket.end(line, () => socket.destroySoon());
  }

  function look(name: string): void {
    answered = true;
    if (name === "" || name.length > LIMITS.agentLineCharsMax) return answer(neutralReply(NO_NAME));
    judge(name).then(answer, (error: unknown) => {
      log.error({ error: messageOf(error) }, "An agent check could not be answered.");
      answer(neutralReply("the aggregator could not look this up"));
    });
  }
}
