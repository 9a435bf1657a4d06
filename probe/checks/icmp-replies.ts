/** Reads what ping says while it says it. */

/** What came back so far. */
export interface PingSum {
  /** Requests that were answered; a reply that comes twice counts once. */
  replies: number;
  /** Average round trip, milliseconds; 0 without a reply. */
  averageMs: number;
  /** What a router said of a request last, such as "Destination Host Unreachable"; may be empty. */
  problem: string;
}

/** Reads the output of one ping. */
export interface PingReader {
  /** Takes a piece of the output, cut anywhere. */
  take(text: string): void;
  sum(): PingSum;
}

// iputils: "64 bytes from 10.0.0.7: icmp_seq=1 ttl=64 time=0.045 ms"; busybox: "seq=0 ttl=64 …".
const REPLY = /\b(?:icmp_)?seq=(\d{1,6}) (?:[^\n]{0,60} )?time[=<](\d{1,7}(?:\.\d{1,6})?) ms/;
// "From 10.0.0.1 icmp_seq=1 Destination Host Unreachable"
const PROBLEM = /^From [^\n]{1,80}? (?:icmp_)?seq=\d{1,6} ([A-Z][^\n]{3,80})$/;
/** A line is at most this long; the rest of a longer one is not looked at. */
const LINE_CHARS_MAX = 512;

/** Creates a reader. */
export function createPingReader(): PingReader {
  const tripsMs = new Map<number, number>();
  let line = "";
  let problem = "";
  const read = (whole: string): void => {
    const reply = REPLY.exec(whole);
    if (reply !== null) {
      const number = Number(reply[1]);
      if (tripsMs.size < 1_000 && !tripsMs.has(number)) tripsMs.set(number, Number(reply[2]));
      return;
    }
    problem = PROBLEM.exec(whole)?.[1] ?? problem;
  };
  return {
    take(text) {
      const [rest = "", ...lines] = text.split("\n");
      line = (line + rest).slice(0, LINE_CHARS_MAX);
      for (const next of lines) {
        read(line);
        line = next.slice(0, LINE_CHARS_MAX);
      }
    },
    sum() {
      const trips = [...tripsMs.values()];
      const total = trips.reduce((sum, tripMs) => sum + tripMs, 0);
      return {
        replies: trips.length,
        averageMs: trips.length === 0 ? 0 : total / trips.length,
        problem,
      };
    },
  };
}
