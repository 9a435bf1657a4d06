/** What the probers of the blackbox exporter share: how TLS is spoken, and files beside theirs. */
import { resolve } from "node:path";
import { QuorateError } from "../../../shared/errors.ts";
import type { Fields, Tell } from "./fields.ts";
import { markOf } from "./marks.ts";
import { readImportFile } from "./read.ts";

/** What the probers share. */
export interface Prober {
  probe: Fields;
  target: string;
  tell: Tell;
  changed: Tell;
  secret: (part: string, value: string) => string;
  folder: string;
}

type Options = Record<string, unknown>;

/** How TLS is spoken; files become references to them. */
export function tlsOptions(
  tls: Fields | undefined,
  { folder, tell }: Pick<Prober, "folder" | "tell">,
): Options {
  if (tls === undefined) return {};
  const options: Options = {};
  if (tls.flag("insecure_skip_verify") === true) options["verify"] = false;
  const serverName = tls.text("server_name");
  if (serverName !== undefined) options["serverName"] = serverName;
  for (const part of ["ca", "cert", "key"]) {
    const path = tls.text(`${part}_file`);
    if (path !== undefined) {
      const file = fileMark(folder, path);
      if (file === null) tell(`tls_config.${part}_file`, `${path} cannot be read here`);
      else options[part] = file;
    }
  }
  tls.leave("ca", "give it as a file");
  tls.leave("cert", "give it as a file");
  tls.leave("key", "give it as a file");
  tls.leave("min_version", "TLS 1.2 and 1.3 are spoken");
  tls.leave("max_version", "TLS 1.2 and 1.3 are spoken");
  tls.end();
  return options;
}

/** A reference to a file beside the exporter's; null when it cannot be read. */
export function fileMark(folder: string, path: string): string | null {
  const whole = resolve(folder, path);
  try {
    readImportFile(whole);
    return markOf("file", whole);
  } catch (error) {
    if (error instanceof QuorateError) return null;
    throw error;
  }
}
