/** Whether ports can be reached, or taken when nothing listens there. */
import { connect } from "node:net";
import type { Clock } from "../../../shared/clock.ts";
import { messageOf } from "../../../shared/errors.ts";
import { formatHostPort, isLoopbackHost } from "../../../shared/host-port.ts";
import type { HostPort } from "../../../shared/host-port.ts";
import { findFree } from "../listen.ts";
import { findingsOf } from "./finding.ts";
import type { Finding, FindingSide } from "./finding.ts";

/** Longest wait for a connection; a firewall that drops answers nothing. */
const CONNECT_MS_MAX = 3_000;

/** A port to look at. */
export interface PortQuestion {
  side: FindingSide;
  /** What listens there, such as `API`. */
  what: string;
  address: HostPort;
  /** What to do when nothing listens. */
  advice: string;
}

/** Whether something takes connections there. */
export async function checkPort(question: PortQuestion, clock: Clock): Promise<Finding> {
  const { side, what, address, advice } = question;
  const { ok, fail } = findingsOf(side);
  const where = `${what} port ${formatHostPort(address)}`;
  const beganMs = clock.monoMs();
  const problem = await tryConnect(address, clock);
  const tookMs = Math.max(1, Math.round(clock.monoMs() - beganMs));
  if (problem === null) return ok("ports", `${where} takes connections (${tookMs} ms).`);
  const free = isLoopbackHost(address.host) ? await freeText(address) : "";
  return fail("ports", `${where} cannot be reached: ${problem}.${free}`, advice);
}

function tryConnect({ host, port }: HostPort, clock: Clock): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (problem: string | null): void => {
      timer.cancel();
      socket.destroy();
      resolve(problem);
    };
    const timer = clock.after(CONNECT_MS_MAX, () =>
      end(`no answer in ${CONNECT_MS_MAX / 1_000} s`),
    );
    socket.once("connect", () => end(null));
    socket.once("error", (error) => end(messageOf(error)));
  });
}

/** Whether an aggregator could listen there. */
async function freeText(address: HostPort): Promise<string> {
  try {
    await findFree(address, "--listen");
    return " The port is free.";
  } catch (thrown) {
    return ` ${messageOf(thrown)}`;
  }
}
