/** A server of many targets that flip: `/t/0`, `/t/1`, … answer 200, or 500 while they are down. */
import { createServer } from "node:http";
import type { HostPort } from "../../../shared/host-port.ts";
import type { Random } from "../../../shared/random.ts";
import { listenHttp } from "../listen.ts";

/** A running server of flipping targets. */
export interface Flippers {
  address: HostPort;
  /** Looks that arrived so far. */
  looks(): number;
  /** Targets that answer 500 now. */
  down(): number;
  /** Whether a target answers 200. */
  isUp(index: number): boolean;
  /** Flips a target drawn by chance; gives which. */
  flip(): number;
  close(): Promise<void>;
}

/** What the server is made of. */
export interface FlipperOptions {
  count: number;
  listen: HostPort;
  random: Random;
}

/** Starts the server; every target is up. */
export async function startFlippers({ count, listen, random }: FlipperOptions): Promise<Flippers> {
  const isDown = new Uint8Array(count);
  let looks = 0;
  let down = 0;
  const server = createServer({ keepAliveTimeout: 1 }, (request, response) => {
    const index = indexOf(request.url ?? "", count);
    looks += 1;
    const [status, body] =
      index === null ? [404, "none\n"] : isDown[index] === 0 ? [200, "up\n"] : [500, "down\n"];
    request.resume();
    response.writeHead(status, { "content-type": "text/plain", "content-length": body.length });
    response.end(body);
  });
  const address = await listenHttp(server, listen);
  return {
    address,
    looks: () => looks,
    down: () => down,
    isUp: (index) => isDown[index] === 0,
    flip: () => {
      const index = Math.floor(random.float() * count);
      const isNowDown = isDown[index] === 0;
      isDown[index] = isNowDown ? 1 : 0;
      down += isNowDown ? 1 : -1;
      return index;
    },
    close: async () => {
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function indexOf(url: string, count: number): number | null {
  const digits = /^\/t\/(\d{1,9})$/.exec(url)?.[1];
  const index = digits === undefined ? count : Number(digits);
  return index < count ? index : null;
}
