/** A server of a protocol of lines, for tests. */
import type { Cue } from "./target-server.ts";

/** Greets, and answers each line by what the table says of it, or by `other`. */
export function dialogue(
  greeting: string,
  replies: Record<string, string>,
  other = "500 what?\r\n",
): Cue {
  return (socket, seen) => {
    let text = "";
    socket.on("end", () => socket.end());
    socket.on("data", (bytes: Buffer) => {
      text += bytes.toString("latin1");
      for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
        const line = text.slice(0, end).trim();
        text = text.slice(end + 1);
        seen.push(line);
        socket.write(replies[line] ?? other, "latin1");
      }
    });
    if (greeting !== "") socket.write(greeting, "latin1");
  };
}
