/** Connections through an HTTP proxy: a tunnel by CONNECT (RFC 9110 9.3.6), then as without it. */
import type { Socket } from "node:net";
import type { CheckOutcome } from "../../shared/outcome.ts";
import { handOver, openConnection, upgradeToTls } from "./connect.ts";
import type { Dial } from "./connect.ts";
import type { Connection, ConnectionHandlers, Destination } from "./connection.ts";
import type { Failure } from "./failure.ts";
import { createHeadReader } from "./http-head.ts";
import type { Flaw, Head } from "./http-head.ts";
import type { HttpOptions } from "./http-options.ts";
import { basicCredentials } from "./http-request.ts";
import { startPart } from "./look.ts";
import type { Look } from "./look.ts";
import { hostPort } from "./sentence.ts";
import type { TlsPlan } from "./tls.ts";

/** A proxy, as a check was prepared for it. */
interface Proxy {
  url: URL;
  /** The value of Proxy-Authorization; undefined: none is sent. */
  authorization: string | undefined;
  /** TLS to the proxy itself, if its URL begins with https. */
  tls: TlsPlan | undefined;
}

/** How to connect through a proxy; `tls` is used for the way to an https proxy. */
export function throughProxy(options: NonNullable<HttpOptions["proxy"]>, tls: TlsPlan): Dial {
  const { user, password = "" } = options;
  const url = new URL(options.url);
  const proxy: Proxy = {
    url,
    authorization: user === undefined ? undefined : `Basic ${basicCredentials({ user, password })}`,
    tls:
      url.protocol === "https:"
        ? { ...tls, serverName: undefined, protocol: undefined }
        : undefined,
  };
  return (look, destination, handlers) => openTunnel(proxy, look, { destination, handlers });
}

interface Tunnelled {
  destination: Destination;
  handlers: ConnectionHandlers;
}

function openTunnel(proxy: Proxy, look: Look, { destination, handlers }: Tunnelled): void {
  const { url } = proxy;
  const where = `The proxy ${url.host}`;
  const part = startPart(look, (outcome) => proxyFailure(where, outcome));
  const target = hostPort(destination.host, destination.port);
  const { family, resolver, sourceAddress } = destination;
  const way: Destination = {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port || (url.protocol === "https:" ? 443 : 80)),
    family,
    resolver,
    sourceAddress,
    tls: proxy.tls,
  };
  const reader = createHeadReader();
  let open: { socket: Socket; connection: Connection } | undefined;
  openConnection(part, way, {
    open(socket, connection) {
      open = { socket, connection };
      const auth =
        proxy.authorization === undefined ? "" : `proxy-authorization: ${proxy.authorization}\r\n`;
      socket.write(`CONNECT ${target} HTTP/1.1\r\nhost: ${target}\r\n${auth}\r\n`, "latin1");
    },
    data(bytes) {
      const end = reader.take(bytes, 0);
      if (typeof end !== "number") return flawed(look, where, end);
      if (end < 0 || open === undefined) return;
      const head = reader.read();
      if ("flaw" in head) return flawed(look, where, head);
      if (head.status < 200 || head.status > 299) return refused(look, { where, target, head });
      part.phases.firstByteUs = 0;
      Object.assign(look.phases, part.phases);
      Object.assign(look, { host: destination.host, port: destination.port, address: "" });
      goOn(open, { look, destination, handlers }, Buffer.from(bytes.subarray(end)));
    },
    closed: () => look.fail("proxy_failure", `${where} closed the connection early.`),
  });
}

/** The tunnel stands: the look goes on as on a connection of its own. */
function goOn(
  open: { socket: Socket; connection: Connection },
  { look, destination, handlers }: Tunnelled & { look: Look },
  early: Buffer,
): void {
  const { socket, connection } = open;
  handOver(connection, { look, handlers });
  if (destination.tls !== undefined) {
    return upgradeToTls(connection, { socket, tls: destination.tls, handlers });
  }
  // What came with the answer of the proxy is the target's: HTTP/2 finds it in the socket.
  if (early.length > 0 && handlers.data === undefined) socket.unshift(early);
  handlers.open(socket, connection);
  if (early.length > 0 && !look.ended()) handlers.data?.(early);
}

function proxyFailure(where: string, outcome: CheckOutcome): Failure {
  return { reason: "proxy_failure", detail: `${where} failed: ${outcome.detail}` };
}

function flawed(look: Look, where: string, { flaw }: Flaw): void {
  look.fail("proxy_failure", `${where} ${flaw}.`);
}

/** A gateway's answer says that it could not reach the target; any other is about the proxy. */
function refused(
  look: Look,
  { where, target, head }: { where: string; target: string; head: Head },
): void {
  const { status } = head;
  if (status === 502 || status === 503 || status === 504) {
    const reason = status === 504 ? "connect_timeout" : "host_unreachable";
    return look.fail(reason, `${where} could not reach ${target} (it answered ${status}).`);
  }
  const hint = status === 407 ? "; give it a user and a password" : "";
  look.fail("misconfigured", `${where} answered ${status} to CONNECT ${target}${hint}.`);
}
