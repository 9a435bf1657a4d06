/** Messages of a gRPC stream as they come in: a byte of flags, four of length, the message. */

/** Puts messages together. */
export interface Frames {
  /** Takes bytes; gives the messages that are complete now, or what is wrong with them. */
  add(bytes: Buffer): Buffer[] | { flaw: string };
}

/** Creates a reader that takes messages of at most `bytesMax`. */
export function createFrames(bytesMax: number): Frames {
  let rest: Buffer = Buffer.alloc(0);
  return {
    add(bytes) {
      rest = Buffer.concat([rest, bytes]);
      const messages: Buffer[] = [];
      while (rest.length >= 5) {
        if (rest[0] !== 0) return { flaw: "compressed its reply, which was not asked for" };
        const length = rest.readUInt32BE(1);
        if (length > bytesMax) return { flaw: `sent a message of ${length} bytes` };
        if (rest.length < 5 + length) break;
        messages.push(rest.subarray(5, 5 + length));
        rest = rest.subarray(5 + length);
      }
      return messages;
    },
  };
}
