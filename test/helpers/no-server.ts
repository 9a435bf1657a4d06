/** What stands for a server where a kind needs none. */

/** Something with a number and nothing behind it. */
export interface NoServer {
  port: number;
  seen: readonly string[];
  open(): number;
  close(): Promise<void>;
}

/** Stands for a server; its number tells one from another. */
export function noServer(port: number): Promise<NoServer> {
  return Promise.resolve({ port, seen: [], open: () => 0, close: () => Promise.resolve() });
}
