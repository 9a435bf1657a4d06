/** A time server that tells what the test wants. */
import { systemClock } from "../../shared/clock.ts";
import { startDatagramTarget } from "./datagram-target.ts";
import type { DatagramTarget } from "./datagram-target.ts";

/** What it tells. */
export interface NtpAnswer {
  /** How far its clock is ahead, milliseconds. Default 0. */
  offsetMs?: number;
  /** Default 2. */
  stratum?: number;
  /** Leap indicator; 3: not synchronized. Default 0. */
  leap?: number;
  /** Default 4, server. */
  mode?: number;
  /** Four letters. Default none. */
  reference?: string;
  /** Whether it repeats what it was sent. Default true. */
  repeats?: boolean;
}

const ERA_SECONDS = 2_208_988_800;

function writeTime(reply: Buffer, at: number, wallMs: number): void {
  reply.writeUInt32BE((Math.floor(wallMs / 1_000) + ERA_SECONDS) % 2 ** 32, at);
  reply.writeUInt32BE(Math.floor(((wallMs % 1_000) / 1_000) * 2 ** 32), at + 4);
}

/** Makes the reply to a question. */
export function ntpReply(question: Buffer, answer: NtpAnswer = {}): Buffer {
  const { offsetMs = 0, stratum = 2, leap = 0, mode = 4, reference = "", repeats = true } = answer;
  const nowMs = systemClock().wallMs() + offsetMs;
  const reply = Buffer.alloc(48);
  reply[0] = (leap << 6) | (4 << 3) | mode;
  reply[1] = stratum;
  reply.write(reference, 12, "latin1");
  if (repeats) question.copy(reply, 24, 40, 48);
  writeTime(reply, 32, nowMs);
  writeTime(reply, 40, nowMs);
  return reply;
}

/** Starts a time server. */
export function startNtp(answer: NtpAnswer = {}): Promise<DatagramTarget> {
  return startDatagramTarget((question) => [ntpReply(question, answer)]);
}
