/** A printer that remembers what was printed, for the tests of the CLI. */
import { Writable } from "node:stream";
import { createPrinter } from "../../../aggregator/cli/printer.ts";
import type { Printer, PrinterOptions } from "../../../aggregator/cli/printer.ts";

/** A printer and what it printed so far. */
export interface Capture {
  printer: Printer;
  out(): string;
  err(): string;
}

/** Creates a capturing printer; no colours and no terminal unless told otherwise. */
export function capture(options: Partial<PrinterOptions> = {}): Capture {
  const [out, err] = [sink(), sink()];
  const printer = createPrinter({
    out: out.stream,
    err: err.stream,
    colours: false,
    isTerminal: false,
    width: () => null,
    height: () => null,
    ...options,
  });
  return { printer, out: out.text, err: err.text };
}

function sink(): { stream: Writable; text: () => string } {
  let text = "";
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      text += String(chunk);
      done();
    },
  });
  return { stream, text: () => text };
}
