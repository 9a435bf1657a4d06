/** Listening, with an error that says in a sentence what to do when it does not work. */
import { createServer } from "node:net";
import type { Server } from "node:net";
import { QuorateError, messageOf, systemCodeOf } from "../../shared/errors.ts";
import { formatHostPort } from "../../shared/host-port.ts";
import type { HostPort } from "../../shared/host-port.ts";

/** Makes a server listen, and resolves with the address it got; `flag` is named in errors. */
export async function listenHttp(
  server: Server,
  wanted: HostPort,
  flag = "--listen",
): Promise<HostPort> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(listenError(error, wanted, flag)));
    server.listen({ host: wanted.host, port: wanted.port }, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") return wanted;
  return { host: wanted.host, port: address.port };
}

/**
 * Finds out whether an address is free, and which port stands for port 0. It is free again when
 * this resolves, so that a child can take it; that another program is faster is unlikely, and told
 * by the child's own error.
 */
export async function findFree(wanted: HostPort, flag: string): Promise<HostPort> {
  const server = createServer();
  const address = await listenHttp(server, wanted, flag);
  await new Promise<void>((resolve) => void server.close(() => resolve()));
  return address;
}

/** The sentence for an address that cannot be listened on. */
export function listenError(thrown: unknown, wanted: HostPort, flag: string): QuorateError {
  const where = formatHostPort(wanted);
  switch (systemCodeOf(thrown)) {
    case "EADDRINUSE":
      return new QuorateError(
        "conflict",
        `Cannot listen on ${where}: another program does already. ` +
          `Stop it, or choose another address with ${flag} (port 0 takes a free one).`,
      );
    case "EACCES":
      return new QuorateError(
        "forbidden",
        `Cannot listen on ${where}: not permitted. Choose a port above 1023 with ${flag}.`,
      );
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new QuorateError(
        "invalid",
        `Cannot listen on ${where}: this machine has no such address. Change ${flag}.`,
      );
    default:
      return new QuorateError("internal", `Cannot listen on ${where}: ${messageOf(thrown)}.`);
  }
}
