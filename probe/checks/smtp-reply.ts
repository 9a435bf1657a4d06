/** Replies of SMTP (RFC 5321 4.2): lines of one code, the last without a hyphen. */

/** A whole reply. */
export interface SmtpReply {
  code: number;
  /** Texts of its lines, without the code. */
  lines: readonly string[];
  /** Bytes it took. */
  end: number;
}

const LINE = /^([2-5]\d\d)(?:([ -])([^\r\n]*))?$/;

/** Reads the reply that the bytes begin with; nothing yet, or that it breaks the protocol. */
export function parseSmtpReply(bytes: Buffer): SmtpReply | "more" | "broken" {
  const lines: string[] = [];
  let code: string | undefined;
  for (let at = 0; ;) {
    const lineEnd = bytes.indexOf("\n", at);
    if (lineEnd < 0) return startsWell(bytes, at) ? "more" : "broken";
    const match = LINE.exec(bytes.toString("utf8", at, lineEnd).replace(/\r$/, ""));
    if (match === null || (code !== undefined && match[1] !== code)) return "broken";
    code = match[1];
    lines.push(match[3] ?? "");
    at = lineEnd + 1;
    if (match[2] !== "-") return { code: Number(code), lines, end: at };
  }
}

/** Whether a line that is not whole yet may become one; told early, so no flood is waited for. */
function startsWell(bytes: Buffer, at: number): boolean {
  const start = bytes.toString("latin1", at, at + 3);
  return /^(?:|[2-5]\d{0,2})$/.test(start);
}
