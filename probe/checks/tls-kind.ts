/** The tls kind: shakes hands, and looks at certificate, chain, version and stapled OCSP answer. */
import type { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { TLSSocket } from "node:tls";
import { z } from "zod";
import type { CheckKind, PreparedCheck } from "./check.ts";
import { openConnection } from "./connect.ts";
import type { Destination } from "./connection.ts";
import { abortOf, startLook, whereOf } from "./look.ts";
import type { Look } from "./look.ts";
import { readStaple } from "./ocsp.ts";
import { commonOptions, hostSchema, portSchema, tlsSchema } from "./options.ts";
import { hostPort } from "./sentence.ts";
import { planTls } from "./tls.ts";

const tlsKindSchema = z
  .strictObject({
    host: hostSchema.describe("Host name or IP address to connect to."),
    port: portSchema.default(443).describe("TCP port, 1 to 65535. Default 443."),
    tls: tlsSchema
      .prefault({})
      .describe("How TLS is spoken; `daysMin` is the least number of days that must be left."),
    protocolMin: z
      .enum(["TLSv1.2", "TLSv1.3"])
      .default("TLSv1.2")
      .describe("Oldest version that passes. Default TLSv1.2; older ones are never spoken."),
    names: z
      .array(hostSchema)
      .max(50)
      .default([])
      .describe("Names and addresses the certificate must be for too. Default: none."),
    chainDaysMin: z
      .int()
      .min(0)
      .max(3_650)
      .optional()
      .describe("Days every certificate of the chain must still be valid. Default: not looked at."),
    fingerprint: z
      .string()
      .regex(/^(?:[0-9A-Fa-f]{2}:){31}[0-9A-Fa-f]{2}$/, {
        error: "expected a SHA-256 fingerprint: 32 bytes in hex with colons between them",
      })
      .optional()
      .describe("SHA-256 of the one certificate that passes, as openssl shows it. Default: any."),
    alpn: z
      .string()
      .regex(/^[\x21-\x7e]{1,100}$/, { error: "expected the name of a protocol, such as h2" })
      .optional()
      .describe("Protocol that must be agreed on by ALPN. Default: none is offered."),
    ocsp: z
      .enum(["ignore", "check", "require"])
      .default("check")
      .describe(
        "Stapled OCSP answer: `ignore` it, `check` it if there is one (default), or `require` " +
          "one. It must say good of this certificate, and be fresh; nobody verifies its signature.",
      ),
    ...commonOptions,
  })
  .meta({ id: "TlsCheckOptions", description: "Options of the tls check." });

type TlsCheckOptions = z.output<typeof tlsKindSchema>;

/** The tls kind. */
export const tlsKind: CheckKind<typeof tlsKindSchema> = {
  kind: "tls",
  summary: "Shakes hands in TLS: chain, name, days left, version, and a stapled OCSP answer.",
  schema: tlsKindSchema,
  secretOptions: ["tls.key"],
  examples: [
    {
      title: "Two weeks are left, of the intermediate certificates a month",
      options: { host: "shop.example.com", tls: { daysMin: 14 }, chainDaysMin: 30 },
    },
    {
      title: "One certificate for several names, with a stapled OCSP answer",
      options: {
        host: "shop.example.com",
        names: ["www.example.com", "api.example.com"],
        protocolMin: "TLSv1.3",
        ocsp: "require",
      },
    },
  ],
  prepare: prepareTlsKind,
};

function prepareTlsKind(options: TlsCheckOptions): PreparedCheck {
  const { host, port, family, resolver, sourceAddress, latencyLimitMs, ocsp } = options;
  const tls = planTls(options.tls, options.alpn);
  const destination: Destination = { host, port, family, resolver, sourceAddress, tls };
  return {
    endpoint: `tls://${hostPort(host, port)}`,
    run(context, done) {
      const look = startLook({ context, done, secrets: [], latencyLimitMs });
      let staple: Buffer | undefined;
      openConnection(look, destination, {
        open(socket) {
          if (!(socket instanceof TLSSocket)) return;
          // The last words of the handshake leave behind this callback; closing now would drop
          // them, and fill the server's log with handshakes that were broken off.
          setImmediate(() => {
            if (!look.ended()) judge(look, options, { socket, staple });
          });
        },
        // Nothing is waited for behind the handshake, so these are never reached.
        data: () => undefined,
        closed: () => undefined,
        ...(ocsp === "ignore" ? {} : { staple: (response) => (staple = Buffer.from(response)) }),
      });
      return abortOf(look);
    },
  };
}

interface Shown {
  socket: TLSSocket;
  staple: Buffer | undefined;
}

function judge(look: Look, options: TlsCheckOptions, shown: Shown): void {
  const { socket, staple } = shown;
  const { certificate } = look;
  const where = whereOf(look);
  if (certificate === undefined) {
    return look.fail("tls_certificate", `${where} shows no certificate.`);
  }
  const protocol = socket.getProtocol() ?? "unknown";
  look.facts["protocol"] = protocol;
  look.facts["issuer"] = issuerOf(certificate);
  if (options.protocolMin === "TLSv1.3" && protocol !== "TLSv1.3") {
    return look.fail("tls_protocol", `${where} speaks ${protocol}; expected at least TLSv1.3.`);
  }
  const flaw = nameFlaw(options, certificate) ?? fingerprintFlaw(options, certificate) ?? undefined;
  if (flaw !== undefined) {
    return look.fail("tls_certificate", `The certificate of ${where} ${flaw}.`);
  }
  if (!chainLasts(look, options)) return;
  if (stapleHolds(look, options, { staple, certificate })) look.pass();
}

function issuerOf(certificate: X509Certificate): string {
  const name = /^(?:O|CN)=(.*)$/m.exec(certificate.issuer)?.[1] ?? "";
  return name.replace(/[^\x20-\x7e]+/g, " ").slice(0, 80);
}

function nameFlaw({ names }: TlsCheckOptions, certificate: X509Certificate): string | undefined {
  const missing = names.find((name) => {
    const found = isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name);
    return found === undefined;
  });
  return missing === undefined ? undefined : `is not for ${missing}`;
}

function fingerprintFlaw(
  { fingerprint }: TlsCheckOptions,
  certificate: X509Certificate,
): string | undefined {
  const found = certificate.fingerprint256;
  if (fingerprint === undefined || found.toUpperCase() === fingerprint.toUpperCase()) {
    return undefined;
  }
  return `is another one: its fingerprint is ${found}`;
}

const DAY_MS = 86_400_000;
const CHAIN_MAX = 10;

/** The certificates that were shown, the server's first. */
function chainLasts(look: Look, { chainDaysMin }: TlsCheckOptions): boolean {
  if (chainDaysMin === undefined) return true;
  const nowMs = look.context.clock.wallMs();
  let { certificate } = look;
  for (let depth = 0; depth < CHAIN_MAX && certificate !== undefined; depth += 1) {
    const days = Math.floor((Date.parse(certificate.validTo) - nowMs) / DAY_MS);
    if (days < chainDaysMin) {
      const name = /^CN=(.*)$/m.exec(certificate.subject)?.[1] ?? "nobody";
      const wanted = `at least ${chainDaysMin} days are expected`;
      const who = `the certificate of ${look.quote(name)}, which has ${days} days left`;
      look.fail("tls_expiry", `${whereOf(look)} shows ${who}; ${wanted}.`);
      return false;
    }
    certificate = certificate.issuerCertificate;
  }
  return true;
}

interface Stapled {
  staple: Buffer | undefined;
  certificate: X509Certificate;
}

function stapleHolds(look: Look, { ocsp }: TlsCheckOptions, seen: Stapled): boolean {
  const { staple, certificate } = seen;
  if (ocsp === "ignore") return true;
  const where = whereOf(look);
  if (staple === undefined) {
    look.facts["ocsp"] = "none";
    if (ocsp === "check") return true;
    look.fail("tls_certificate", `${where} staples no OCSP answer.`);
    return false;
  }
  const answer = readStaple(staple, certificate.serialNumber);
  look.facts["ocsp"] = answer?.status ?? "unreadable";
  if (answer?.status === "revoked") {
    look.fail("tls_revoked", `The certificate of ${where} is revoked, says its OCSP answer.`);
  } else if (answer?.status !== "good") {
    const what = answer === undefined ? "is not about its certificate" : "does not know it";
    look.fail("tls_certificate", `The OCSP answer that ${where} staples ${what}.`);
  } else if ((answer.untilMs ?? Infinity) < look.context.clock.wallMs()) {
    look.fail("tls_certificate", `The OCSP answer that ${where} staples is out of date.`);
  } else {
    return true;
  }
  return false;
}
