/** OCSP answers as servers staple them (RFC 6960 4.2): read, bounded, never trusted to be whole. */

/** What a stapled answer says of one certificate. */
export interface Staple {
  status: "good" | "revoked" | "unknown";
  /** Until when it is to be believed, Unix milliseconds; undefined: it does not say. */
  untilMs: number | undefined;
}

interface Item {
  tag: number;
  start: number;
  end: number;
}

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const OCTETS = 0x04;
const ENUMERATED = 0x0a;
const TIME = 0x18;
/** Context tags: [0] constructed, and the choices of CertStatus. */
const OUTER_0 = 0xa0;
const STATUS: Readonly<Record<number, Staple["status"]>> = {
  0x80: "good",
  0xa1: "revoked",
  0x82: "unknown",
};
const ITEMS_MAX = 1_000;

/** The items that stand one behind the other between two places; undefined: they do not fit. */
function itemsOf(bytes: Buffer, within: { start: number; end: number }): Item[] | undefined {
  const items: Item[] = [];
  for (let at = within.start; at < within.end;) {
    const item = itemAt(bytes, at, within.end);
    if (item === undefined || items.length >= ITEMS_MAX) return undefined;
    items.push(item);
    at = item.end;
  }
  return items;
}

/** DER: tag, length of one to four bytes, contents (X.690 8.1). */
function itemAt(bytes: Buffer, at: number, limit: number): Item | undefined {
  const tag = bytes[at];
  const short = bytes[at + 1];
  if (tag === undefined || short === undefined || at + 2 > limit) return undefined;
  const size = short < 128 ? 0 : short - 128;
  if (size > 4 || at + 2 + size > limit) return undefined;
  const length = size === 0 ? short : bytes.readUIntBE(at + 2, size);
  const start = at + 2 + size;
  const end = start + (short < 128 ? short : length);
  return end > limit ? undefined : { tag, start, end };
}

/** The items inside a sequence. */
function inside(bytes: Buffer, item: Item | undefined, tag = SEQUENCE): Item[] | undefined {
  return item === undefined || item.tag !== tag ? undefined : itemsOf(bytes, item);
}

/**
 * Reads what an answer says of the certificate with this serial number (hex); undefined when it is
 * no such answer, or not about it.
 */
export function readStaple(response: Buffer, serial: string): Staple | undefined {
  const outer = inside(response, itemAt(response, 0, response.length));
  const [status, body] = outer ?? [];
  const successful = status?.tag === ENUMERATED && response[status.start] === 0;
  if (!successful) return undefined;
  const [, basic] = inside(response, inside(response, body, OUTER_0)?.[0]) ?? [];
  if (basic?.tag !== OCTETS) return undefined;
  const signed = inside(response, itemAt(response, basic.start, basic.end));
  const data = inside(response, signed?.[0]) ?? [];
  // version and responder may vary; the answers are the first plain sequence.
  const answers =
    inside(
      response,
      data.find(({ tag }) => tag === SEQUENCE),
    ) ?? [];
  for (const answer of answers) {
    const found = answerOf(response, answer, serial);
    if (found !== undefined) return found;
  }
  return undefined;
}

function answerOf(bytes: Buffer, answer: Item, serial: string): Staple | undefined {
  const [about, said, , until] = inside(bytes, answer) ?? [];
  const number = inside(bytes, about)?.[3];
  if (number?.tag !== INTEGER || said === undefined) return undefined;
  const same = hexOf(bytes.toString("hex", number.start, number.end)) === hexOf(serial);
  const status = STATUS[said.tag];
  if (!same || status === undefined) return undefined;
  const time = until?.tag === OUTER_0 ? itemAt(bytes, until.start, until.end) : undefined;
  return { status, untilMs: time?.tag === TIME ? timeOf(bytes, time) : undefined };
}

/** Hex without the zeros before it. */
const hexOf = (text: string): string => text.toLowerCase().replace(/^0+(?=.)/, "");

/** GeneralizedTime such as 20261121120431Z; undefined if it is none. */
function timeOf(bytes: Buffer, item: Item): number | undefined {
  const text = bytes.toString("latin1", item.start, item.end);
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const atMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isFinite(atMs) ? atMs : undefined;
}
