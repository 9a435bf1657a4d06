/** Servers that live as long as one piece of a test. */

/** Anything that must be closed. */
export interface Closable {
  close(): Promise<void>;
}

/** Runs `use` on a server and closes it, whatever `use` does. */
export async function withTarget<Server extends Closable, Value>(
  starting: Promise<Server>,
  use: (server: Server) => Promise<Value>,
): Promise<Value> {
  const server = await starting;
  try {
    return await use(server);
  } finally {
    await server.close();
  }
}
