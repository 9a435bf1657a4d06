/** The ntp kind: asks for the time in one packet, and compares it with this machine's clock. */
import { z } from "zod";
import { systemRandom } from "../../shared/random.ts";
import type { CheckKind, PreparedCheck } from "./check.ts";
import { abortOfDatagram, askByDatagram } from "./datagram.ts";
import { startLook, whereOf } from "./look.ts";
import type { Look } from "./look.ts";
import { commonOptions, hostSchema, portSchema } from "./options.ts";
import { hostPort } from "./sentence.ts";

const ntpSchema = z
  .strictObject({
    host: hostSchema.describe("Host name or IP address of the time server."),
    port: portSchema.default(123).describe("UDP port, 1 to 65535. Default 123."),
    offsetMsMax: z
      .int()
      .min(1)
      .max(86_400_000)
      .default(1_000)
      .describe(
        "Largest difference to the clock of the probe's machine, milliseconds, 1 to 86400000. " +
          "Default 1000. Keep the probe's own clock by NTP, or this says more of it.",
      ),
    stratumMax: z
      .int()
      .min(1)
      .max(15)
      .default(15)
      .describe("Largest distance to a reference clock, hops, 1 to 15. Default 15."),
    ...commonOptions,
  })
  .meta({ id: "NtpOptions", description: "Options of the ntp check." });

type NtpOptions = z.output<typeof ntpSchema>;

/** The ntp kind. */
export const ntpKind: CheckKind<typeof ntpSchema> = {
  kind: "ntp",
  summary: "Asks a time server by NTP, and looks at its offset, stratum and synchronization.",
  schema: ntpSchema,
  secretOptions: [],
  examples: [
    {
      title: "A time server is near a reference clock, and right",
      options: { host: "ntp.example.com", stratumMax: 3, offsetMsMax: 100 },
    },
  ],
  prepare: prepareNtp,
};

const PACKET_BYTES = 48;
/** From the NTP era (1900) to the Unix epoch, seconds (RFC 5905 6). */
const ERA_SECONDS = 2_208_988_800;
const ERA_SPAN_MS = 2 ** 32 * 1_000;
/** No leap warning, version 4, mode 3 (client), RFC 5905 7.3. */
const CLIENT_V4 = 0x23;

function prepareNtp(options: NtpOptions): PreparedCheck {
  const { host, port, family, resolver, sourceAddress, latencyLimitMs } = options;
  const random = systemRandom();
  return {
    endpoint: `ntp://${hostPort(host, port)}`,
    run(context, done) {
      const look = startLook({ context, done, secrets: [], latencyLimitMs });
      // Chance instead of the time: it says nothing of us, and only the server can repeat it.
      const nonce = Buffer.from(random.bytes(8));
      const packet = Buffer.alloc(PACKET_BYTES);
      packet[0] = CLIENT_V4;
      nonce.copy(packet, 40);
      let sent = { wallMs: 0, monoMs: 0 };
      askByDatagram(
        look,
        { host, port, family, resolver, sourceAddress },
        {
          packet() {
            sent = { wallMs: context.clock.wallMs(), monoMs: context.clock.monoMs() };
            return packet;
          },
          message(bytes) {
            const tookMs = context.clock.monoMs() - sent.monoMs;
            // What does not repeat our chance is not an answer to us (RFC 5905 8, bogus packet).
            if (bytes.length < PACKET_BYTES || !bytes.subarray(24, 32).equals(nonce)) return;
            judge(look, options, { bytes, sentMs: sent.wallMs, tookMs });
          },
        },
      );
      return abortOfDatagram(look);
    },
  };
}

interface NtpReply {
  bytes: Buffer;
  /** Wall time at which the question was sent, milliseconds. */
  sentMs: number;
  /** Milliseconds until the reply came. */
  tookMs: number;
}

function judge(look: Look, options: NtpOptions, reply: NtpReply): void {
  const { bytes } = reply;
  const where = whereOf(look);
  const first = bytes[0] ?? 0;
  const stratum = bytes[1] ?? 0;
  if ((first & 7) !== 4) {
    return look.fail("protocol_error", `${where} did not answer as an NTP server does.`);
  }
  if (stratum === 0) {
    // A kiss of death names its reason in four letters (RFC 5905 7.4).
    const code = look.quote(bytes.toString("latin1", 12, 16).replaceAll("\0", ""));
    return look.fail("service_refused", `${where} refused to tell the time: ${code}.`);
  }
  look.facts["stratum"] = stratum;
  if (first >> 6 === 3 || stratum > 15) {
    return look.fail("not_synchronized", `${where} says that its clock is not synchronized.`);
  }
  const offsetMs = offsetOf(reply);
  look.facts["offsetMs"] = Math.round(offsetMs * 1_000) / 1_000;
  if (stratum > options.stratumMax) {
    const limit = `expected at most ${options.stratumMax}`;
    return look.fail("not_synchronized", `${where} is of stratum ${stratum}; ${limit}.`);
  }
  if (Math.abs(offsetMs) > options.offsetMsMax) {
    const way = offsetMs > 0 ? "ahead of" : "behind";
    const off = `${Math.round(Math.abs(offsetMs))} ms ${way} this probe's`;
    const detail = `The clock of ${where} is ${off}; the limit is ${options.offsetMsMax} ms.`;
    return look.fail("clock_offset", detail);
  }
  look.pass();
}

/** ((t2 - t1) + (t3 - t4)) / 2 of RFC 5905 8; t4 by the monotonic clock, which never jumps. */
function offsetOf({ bytes, sentMs, tookMs }: NtpReply): number {
  const there = timestamp(bytes, 32, sentMs) - sentMs;
  const back = timestamp(bytes, 40, sentMs) - (sentMs + tookMs);
  return (there + back) / 2;
}

/** Unix milliseconds of a timestamp, in the era nearest to `nearMs`. */
function timestamp(bytes: Buffer, at: number, nearMs: number): number {
  const seconds = bytes.readUInt32BE(at) - ERA_SECONDS;
  const ms = seconds * 1_000 + (bytes.readUInt32BE(at + 4) * 1_000) / 2 ** 32;
  return ms + Math.round((nearMs - ms) / ERA_SPAN_MS) * ERA_SPAN_MS;
}
