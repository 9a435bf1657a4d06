/** Asking by a datagram: name, socket, sending again, and every error mapped to an outcome. */
import { createSocket } from "node:dgram";
import { isIP, isIPv6 } from "node:net";
import { messageOf } from "../../shared/errors.ts";
import type { AbortCheck } from "./check.ts";
import { connectFailure } from "./failure.ts";
import { abortOf, whereOf } from "./look.ts";
import type { Look } from "./look.ts";
import { resolveAddress } from "./resolve.ts";
import type { NameOptions } from "./resolve.ts";
import { milliseconds, quoted } from "./sentence.ts";

/** Where datagrams go. */
export interface DatagramDestination extends NameOptions {
  host: string;
  port: number;
}

/** What a kind sends and takes. */
export interface DatagramTalk {
  /** The datagram to send; called again for each time it is sent. */
  packet(): Buffer;
  /** One datagram came from the target's address and port. */
  message(bytes: Buffer): void;
}

/** Times a question is sent within the deadline: a datagram lost on the way is no failure. */
const SENDS = 3;

/**
 * Asks over a socket that is connected, so that only the target's address and port is heard and
 * "port unreachable" comes back as an error. The look is `connecting` until the kind ends it.
 */
export function askByDatagram(
  look: Look,
  destination: DatagramDestination,
  talk: DatagramTalk,
): void {
  look.host = destination.host;
  look.port = destination.port;
  look.address = "";
  resolveAddress(look, destination, () => askAddress(look, talk));
}

function askAddress(look: Look, talk: DatagramTalk): void {
  const { clock, timeoutMs } = look.context;
  const { sourceAddress } = look;
  look.phase = "connecting";
  if (sourceAddress !== undefined && isIP(sourceAddress) === 0) {
    return look.fail("internal", `The source address ${quoted(sourceAddress)} is no address.`);
  }
  const socket = createSocket(isIPv6(look.address) ? "udp6" : "udp4");
  let live = true;
  let sentMs = 0;
  let sends = 0;
  const send = (): void => {
    if (!live) return;
    sends += 1;
    sentMs = clock.monoMs();
    try {
      socket.send(talk.packet());
    } catch (thrown) {
      fail(thrown);
    }
  };
  const fail = (thrown: unknown): void => {
    if (!live) return;
    const failure = connectFailure(thrown, whereOf(look));
    look.fail(failure.reason, failure.detail);
  };
  const resend = clock.every(Math.max(50, timeoutMs / SENDS), () => {
    if (sends < SENDS) send();
  });
  look.release = () => {
    live = false;
    resend.cancel();
    socket.close();
  };
  socket.on("error", fail);
  socket.on("message", (bytes: Buffer) => {
    if (!live) return;
    look.phases.firstByteUs = Math.round((clock.monoMs() - sentMs) * 1_000);
    try {
      talk.message(bytes);
    } catch (thrown) {
      const detail = `An error inside the probe while it looked at ${whereOf(look)}`;
      look.fail("internal", `${detail}: ${quoted(messageOf(thrown))}.`);
    }
  });
  const connect = (): void => {
    if (live) socket.connect(look.port, look.address, send);
  };
  if (sourceAddress === undefined) connect();
  else socket.bind(0, sourceAddress, connect);
}

/** The abort of a look by datagrams: silence until the deadline is `no_reply`. */
export function abortOfDatagram(look: Look, asking: () => boolean = () => true): AbortCheck {
  const abort = abortOf(look);
  return (why) => {
    const silent = why === "deadline" && look.phase === "connecting" && asking();
    if (!silent || look.ended()) return abort(why);
    const within = `within ${milliseconds(look.context.timeoutMs)}`;
    look.fail("no_reply", `${whereOf(look)} did not reply ${within}${look.progress()}.`);
  };
}
