/** A module of the blackbox exporter, and a target of it, as a kind of check and its options. */
import { httpModule } from "./blackbox-http.ts";
import { tlsOptions } from "./blackbox-tls.ts";
import type { Prober } from "./blackbox-tls.ts";
import type { ImportBook } from "./book.ts";
import { fieldsOf, isValues } from "./fields.ts";
import type { Fields, Tell } from "./fields.ts";
import { isSecretName, placeOf, shownAddress } from "./measures.ts";

/** What a check is made of. */
export interface ModuleTarget {
  fields: Fields;
  target: string;
  /** Name of the target; variables are named after it. */
  name: string;
  item: string;
  book: ImportBook;
  /** Folder of the exporter's file, which paths in it begin at. */
  folder: string;
}

type Options = Record<string, unknown>;

const PROBERS: Readonly<
  Record<string, (prober: Prober) => { kind: string; options: Options } | null>
> = {
  http: httpModule,
  tcp: tcpModule,
  dns: dnsModule,
  icmp: icmpModule,
  grpc: grpcModule,
};

/** The check of a target; null when there is none like it, which is told. */
export function moduleCheck(from: ModuleTarget): { kind: string; options: Options } | null {
  const { fields, target, name, item, book, folder } = from;
  const tell = book.left(item);
  const kind = fields.text("prober") ?? "";
  const make = Object.hasOwn(PROBERS, kind) ? PROBERS[kind] : undefined;
  if (make === undefined) {
    tell("prober", `there is no kind of check like ${kind === "" ? "it" : kind}`);
    fields.skip(...fields.names());
    return null;
  }
  const probe = fields.map(kind) ?? fieldsOf({}, { tell });
  const secret: Prober["secret"] = (part, value) => book.secret([name, part], value);
  const made = make({ probe, target, tell, changed: book.changed(item), secret, folder });
  const family = familyOf(probe, book.changed(item));
  const address = probe.text("source_ip_address");
  probe.end();
  if (made === null) return null;
  const common = { ...family, ...(address === undefined ? {} : { sourceAddress: address }) };
  return { kind: made.kind, options: { ...made.options, ...common } };
}

/** The exporter prefers a family; here one is required, or any will do. */
function familyOf(probe: Fields, changed: Tell): Options {
  const preferred = probe.text("preferred_ip_protocol");
  const fallback = probe.flag("ip_protocol_fallback") ?? true;
  if (preferred === undefined) return {};
  if (!fallback) return { family: preferred === "ip4" ? 4 : 6 };
  changed("preferred_ip_protocol", `${preferred} was preferred; the resolver's first is taken`);
  return {};
}

function hostAndPort({ target, tell }: Prober): { host: string; port: number } | null {
  const place = placeOf(target.replace(/^[a-z]+:\/\//i, "").replace(/\/.*$/, ""));
  if (place?.port !== undefined) return { host: place.host, port: place.port };
  tell("(all)", `expected HOST:PORT, found ${shownAddress(target)}`);
  return null;
}

function tcpModule(prober: Prober): { kind: string; options: Options } | null {
  const { probe, tell } = prober;
  const where = hostAndPort(prober);
  const starts = probe.flag("tls") === true;
  const script: Options[] = [];
  let later = false;
  for (const value of probe.list("query_response")) {
    if (!isValues(value)) continue;
    const line = fieldsOf(value, { tell, prefix: "query_response." });
    const [expect, send, startTls] = [
      line.text("expect"),
      line.text("send"),
      line.flag("starttls"),
    ];
    line.leave("labels", "nothing is read from a reply");
    line.leave("expect_bytes", "write it as an expect of hex:…");
    line.end();
    if (send !== undefined && /\$\{?\d/.test(send))
      tell("query_response.send", "groups are sent as they stand");
    later ||= startTls === true;
    // The exporter expects first and sends then, and begins TLS at last; it looks at whole lines.
    if (expect !== undefined) script.push({ expect: `regex:${expect}` });
    if (send !== undefined) script.push({ send: `text:${send}\n` });
    if (startTls === true) script.push({ startTls: true });
  }
  const tls = tlsOptions(probe.map("tls_config"), prober);
  if (where === null) return null;
  const spoken = starts || later ? { tls } : {};
  return {
    kind: "tcp",
    options: { ...where, ...(script.length === 0 ? {} : { script }), ...spoken },
  };
}

function dnsModule(prober: Prober): { kind: string; options: Options } | null {
  const { probe, target, tell, changed } = prober;
  const place = placeOf(target);
  const type = (probe.text("query_type") ?? "ANY").toUpperCase();
  const over = probe.flag("dns_over_tls") === true;
  const transport = over ? "tls" : probe.text("transport_protocol");
  const [rcode, ...others] = probe.texts("valid_rcodes");
  const tls = tlsOptions(probe.map("tls_config"), prober);
  const asked = probe.text("query_name") ?? "";
  if (others.length > 0) tell("valid_rcodes", `only ${String(rcode)} is expected`);
  if (type === "ANY") changed("query_type", "ANY is asked for as A: servers answer it no more");
  for (const part of ["validate_answer_rrs", "validate_authority_rrs", "validate_additional_rrs"]) {
    probe.leave(part, "expect answers by the option answers instead");
  }
  probe.skip("query_class");
  if (place === null) {
    tell("(all)", `expected a name server, found ${shownAddress(target)}`);
    return null;
  }
  const options = {
    name: asked.replace(/(.)\.$/, "$1"),
    type: type === "ANY" ? "A" : type,
    server: place.host,
    ...(place.port === undefined ? {} : { port: place.port }),
    ...(transport === undefined ? {} : { transport: transport.replace(/[46]$/, "") }),
    ...(over ? { tls } : {}),
    ...(rcode === undefined ? {} : { rcode }),
    ...(probe.flag("recursion_desired") === false ? { recursion: false } : {}),
  };
  return { kind: "dns", options };
}

function icmpModule({ probe, target }: Prober): { kind: string; options: Options } {
  const bytes = probe.number("payload_size");
  probe.leave("dont_fragment", "the system's ping decides");
  probe.leave("ttl", "the system's ping decides");
  probe.skip("max_ttl");
  const sized = bytes === undefined || bytes === 0 ? {} : { bytes };
  return { kind: "icmp", options: { host: target, count: 1, ...sized } };
}

function grpcModule(prober: Prober): { kind: string; options: Options } | null {
  const { probe, secret } = prober;
  const where = hostAndPort(prober);
  const tls = tlsOptions(probe.map("tls_config"), prober);
  const service = probe.text("service");
  const said = probe.map("metadata");
  const metadata = (said?.names() ?? []).map((key) => {
    const value = said?.texts(key).join(", ") ?? "";
    return [key, isSecretName(key) ? secret(key, value) : value] as const;
  });
  if (where === null) return null;
  const options = {
    ...where,
    ...(service === undefined ? {} : { service }),
    ...(probe.flag("tls") === true ? { tls } : {}),
    ...(metadata.length === 0 ? {} : { metadata: Object.fromEntries(metadata) }),
  };
  return { kind: "grpc", options };
}
