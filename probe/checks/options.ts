/** Options that several kinds have. */
import { domainToASCII } from "node:url";
import { isIP } from "node:net";
import { z } from "zod";

const HOST_CHARS_MAX = 253;

function isHost(text: string): boolean {
  if (isIP(text) !== 0) return true;
  const name = text.endsWith(".") ? text.slice(0, -1) : text;
  if (name.length > HOST_CHARS_MAX || domainToASCII(name) === "") return false;
  const labels = name.split(".");
  // A last label of digits is a mistyped address: no top-level domain is a number (RFC 3696 2).
  if (/^\d+$/.test(labels.at(-1) ?? "")) return false;
  return labels.every((label) => /^[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/.test(label));
}

function isServer(text: string): boolean {
  if (isIP(text) !== 0) return true;
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  if (match === null) return false;
  const port = Number(match[3]);
  return isIP(match[1] ?? match[2] ?? "") !== 0 && port >= 1 && port <= 65_535;
}

/** A host name or an IP address, without brackets. */
export const hostSchema = z
  .string({ error: "expected a host name or an IP address" })
  .min(1, { error: "expected a host name or an IP address", abort: true })
  .refine(isHost, {
    error: "expected a host name (punycode, no port, no scheme) or an IP address without brackets",
  });

/** A TCP port. */
export const portSchema = z.int().min(1).max(65_535).describe("TCP port, 1 to 65535.");

/** Options of name resolution and of the answer's time; spread into a kind's own schema. */
export const commonOptions = {
  family: z
    .literal([4, 6, "any"], { error: 'expected 4, 6 or "any"' })
    .default("any")
    .describe("Address family to look at when the host is a name. `any`: the resolver's first."),
  resolver: z
    .string()
    .refine(isServer, { error: 'expected the address of a resolver, such as "10.0.0.2:53"' })
    .optional()
    .describe("Resolver to ask instead of the system's; /etc/hosts is not read then."),
  sourceAddress: z
    .string()
    .refine((text) => isIP(text) !== 0, { error: "expected an IP address of the probe's machine" })
    .optional()
    .describe("Local address to connect from. Default: the probe's own `--source-address`."),
  latencyLimitMs: z
    .int()
    .min(1)
    .max(60_000)
    .optional()
    .describe("Longest time a passing look may take, milliseconds. Default: only the deadline."),
  mustFail: z
    .boolean()
    .default(false)
    .describe(
      "True: the check passes when the target does not (sub or dead), and fails when it does. " +
        "A probe without any network finds it passed, too.",
    ),
};

/** Options of TLS. */
export const tlsSchema = z
  .strictObject({
    verify: z
      .boolean()
      .default(true)
      .describe("Whether chain and name of the certificate must be right. False accepts any."),
    serverName: hostSchema
      .refine((name) => isIP(name) === 0, { error: "expected a name, not an address" })
      .optional()
      .describe("Name for SNI and for the certificate. Default: the host."),
    ca: z
      .string()
      .min(1)
      .max(65_536)
      .optional()
      .describe("Authorities to trust, PEM, instead of those that Node ships."),
    cert: z
      .string()
      .min(1)
      .max(65_536)
      .optional()
      .describe("Certificate that the check shows of itself, PEM, its chain behind it."),
    key: z
      .string()
      .min(1)
      .max(65_536)
      .optional()
      .describe("Secret; private key of `cert`, PEM. Best given as a reference to a secret."),
    daysMin: z
      .int()
      .min(0)
      .max(3_650)
      .optional()
      .describe("Days the certificate must still be valid. Default: not looked at."),
  })
  .refine((tls) => (tls.cert === undefined) === (tls.key === undefined), {
    error: "expected `cert` and `key`, or neither",
    params: { secret: true },
  })
  .meta({ id: "TlsOptions", description: "How TLS is spoken and what is expected of it." });
