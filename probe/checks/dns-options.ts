/** Options of the dns kind. */
import { z } from "zod";
import { commonOptions, hostSchema, portSchema, tlsSchema } from "./options.ts";

/** A name as it may be asked for; underscores and a final dot are allowed, the root is ".". */
const NAME = /^(?:\.|(?=.{1,254}$)(?:[A-Za-z0-9_*/-]{1,63}\.)*[A-Za-z0-9_*/-]{1,63}\.?)$/;

const ttlSchema = z.int().min(0).max(2_147_483_647);

/** Options of the dns kind, strict. */
export const dnsSchema = z
  .strictObject({
    name: z
      .string()
      .regex(NAME, { error: "expected a domain name, punycode" })
      .describe("Name to ask for."),
    type: z
      .enum(["A", "AAAA", "CNAME", "MX", "TXT", "NS", "SOA", "SRV", "CAA"])
      .default("A")
      .describe("Type of the records asked for. Default A."),
    server: hostSchema
      .optional()
      .describe(
        "Name server to look at. Default: the system's first resolver; a failure is the " +
          "resolver's then, and of class `dns`.",
      ),
    port: portSchema.optional().describe("Port, 1 to 65535. Default 53, with transport `tls` 853."),
    transport: z
      .enum(["udp", "tcp", "tls"])
      .default("udp")
      .describe("How it is asked. Default `udp`; a truncated answer is asked for again by tcp."),
    tls: tlsSchema.prefault({}).describe("How TLS is spoken with transport `tls` (DoT)."),
    recursion: z
      .boolean()
      .default(true)
      .describe("Whether the server is asked to recurse. False for an authoritative server."),
    dnssec: z
      .boolean()
      .default(false)
      .describe("Whether signatures are asked for (EDNS DO); needed for the flag `ad`."),
    rcode: z
      .enum(["NOERROR", "NXDOMAIN", "SERVFAIL", "REFUSED", "NOTIMP", "FORMERR"])
      .default("NOERROR")
      .describe("Response code it must answer with. Default NOERROR."),
    answers: z
      .array(z.string().min(1).max(1_024))
      .max(64)
      .default([])
      .describe(
        'Expected answers as in a zone file: "10.0.0.7", "10 mail.example.com", ' +
          '"0 issue letsencrypt.org"; names without the last dot. Default: any.',
      ),
    answersMatch: z
      .enum(["all", "exact", "any"])
      .default("all")
      .describe("`all` expected ones are there (default), those and no other, or `any` of them."),
    answersMin: z
      .int()
      .min(0)
      .max(64)
      .default(1)
      .describe("Fewest records of the type, 0 to 64, when rcode is NOERROR. Default 1."),
    ttlSecMin: ttlSchema.optional().describe("Least time to live, seconds. Default: any."),
    ttlSecMax: ttlSchema.optional().describe("Largest time to live, seconds. Default: any."),
    flags: z
      .array(z.enum(["aa", "ra", "ad"]))
      .max(3)
      .default([])
      .describe("Flags that must be set: `aa` authoritative, `ra` recursion, `ad` validated."),
    ...commonOptions,
  })
  .refine((options) => options.server !== undefined || options.transport !== "tls", {
    error: "expected a server for the transport tls",
    path: ["server"],
  })
  .refine((options) => (options.ttlSecMin ?? 0) <= (options.ttlSecMax ?? Infinity), {
    error: "expected ttlSecMin to be at most ttlSecMax",
    path: ["ttlSecMin"],
  })
  .meta({ id: "DnsOptions", description: "Options of the dns check." });

/** Options of the dns kind, defaults filled in. */
export type DnsOptions = z.output<typeof dnsSchema>;
