/** A real SMTP server on a port of its own, that keeps what it is given and refuses on cue. */
import { once } from "node:events";
import { createServer } from "node:net";
import { callbackify } from "node:util";
import PostalMime from "postal-mime";
import type { Email } from "postal-mime";
import { SMTPServer } from "smtp-server";
import type { Certificate } from "./certificates.ts";

/** A mail as it arrived. */
export interface ReceivedMail {
  mail: Email;
  from: string;
  to: string[];
  /** Whether the connection was encrypted. */
  secure: boolean;
  user: string | undefined;
}

/** A running mail server. */
export interface MailServer {
  port: number;
  received: readonly ReceivedMail[];
  close(): Promise<void>;
}

/** How the server behaves. */
export interface MailServerOptions {
  /** Certificate for STARTTLS; absent: the server does not know it. */
  certificate?: Certificate | undefined;
  /** The one password; absent: nobody signs in. */
  password?: string | undefined;
  /** Refuses every mail with this code after its data. */
  refuseWith?: number | undefined;
  /** Refuses receivers that begin so. */
  refuseTo?: string | undefined;
}

/** Starts a mail server on 127.0.0.1. */
export async function startMailServer(options: MailServerOptions = {}): Promise<MailServer> {
  const received: ReceivedMail[] = [];
  const { certificate, password, refuseWith, refuseTo } = options;
  const server = new SMTPServer({
    ...certificate,
    authOptional: password === undefined,
    disabledCommands: [
      ...(certificate === undefined ? ["STARTTLS"] : []),
      ...(password === undefined ? ["AUTH"] : []),
    ],
    disableReverseLookup: true,
    logger: false,
    onAuth(auth, _session, done) {
      if (auth.password === password) done(null, { user: auth.username });
      else done(coded(535, `Not the password of ${auth.username}: ${auth.password}`));
    },
    onRcptTo(address, _session, done) {
      const refused = refuseTo !== undefined && address.address.startsWith(refuseTo);
      done(refused ? coded(550, "No such receiver") : null);
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => void chunks.push(chunk));
      stream.on("end", () => {
        if (refuseWith !== undefined) {
          done(coded(refuseWith, `Refused with ${refuseWith}`));
          return;
        }
        const { mailFrom, rcptTo } = session.envelope;
        const user: unknown = session.user;
        const facts = {
          from: mailFrom === false ? "" : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          secure: session.secure,
          user: typeof user === "string" ? user : undefined,
        };
        const parse = callbackify(async () => {
          received.push({ mail: await PostalMime.parse(Buffer.concat(chunks)), ...facts });
        });
        parse(done);
      });
    },
  });
  server.on("error", () => undefined);
  const inner = server.listen(0, "127.0.0.1");
  await once(inner, "listening");
  const address = inner.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    received,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

function coded(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}

/** A server that accepts connections and never says a word; resolves with its port. */
export async function startMuteServer(): Promise<{ port: number; close(): Promise<void> }> {
  const sockets = new Set<{ destroy(): void }>();
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    sockets.add(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
