/** Plain lists: an address a line, with a name before or behind it if wanted. */
import { QuorateError } from "../../../shared/errors.ts";
import { LIMITS } from "../../../shared/limits.ts";
import { nameOfCheck, readAddress } from "../../../shared/target-address.ts";
import type { ImportBook } from "./book.ts";
import { withoutMarks } from "./marks.ts";
import { isSecretName, shownAddress, withoutQuerySecrets, withoutSignIn } from "./measures.ts";
import { readImportFile } from "./read.ts";

/** Lines that look like an address. */
const ADDRESS = /^(?:[a-z]+:\/\/|dns:|exec:|push:)/i;
const HOST = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?(?:\/\S*)?$/i;

/** Reads lists of addresses into the book. */
export function importUrls(files: readonly string[], book: ImportBook): void {
  for (const file of files) {
    const lines = withoutMarks(readImportFile(file))
      .replace(/^\uFEFF/, "")
      .split(/\r\n|\r|\n/);
    const said = lines.filter((line) => withoutComment(line) !== "").length;
    if (said > LIMITS.configItemsMax) {
      const sentence = `${file} has ${said} lines, and at most ${LIMITS.configItemsMax} are read.`;
      throw new QuorateError("invalid", sentence);
    }
    lines.forEach((line, index) => readLine(line, `line ${index + 1}`, book));
  }
}

/** A comment begins at the start or behind a blank: `#` may stand in a URL. */
function withoutComment(line: string): string {
  return line.replace(/(?:^|\s)#.*$/, "").trim();
}

function readLine(line: string, item: string, book: ImportBook): void {
  const text = withoutComment(line);
  if (text === "") return;
  const { address, name } = split(text);
  const whole = ADDRESS.test(address) ? address : `https://${address}`;
  if (!ADDRESS.test(address) && !HOST.test(address)) {
    book.left(item)(
      "(all)",
      "expected an address such as https://example.com, and a name before it",
    );
    return;
  }
  if (whole !== address) book.changed(item)("url", `it is read as ${shownAddress(whole)}`);
  const check = readAddress(whole);
  if (typeof check === "string") {
    book.left(item)("(all)", check);
    return;
  }
  const chosen = book.nameFor("target", name ?? nameOfCheck(check) ?? check.kind, item);
  const options = withoutSecrets(check.options, (part, value) =>
    book.secret([chosen, part], value),
  );
  book.add({ noun: "target", item, spec: { name: chosen, kind: check.kind, options } });
}

/** `NAME ADDRESS`, `NAME=ADDRESS`, `NAME,ADDRESS` or `ADDRESS NAME`. */
function split(text: string): { address: string; name: string | undefined } {
  const [, before, behind] =
    /^([^=,;:/?#]+?)\s*[=,;\s]\s*((?:[a-z]+:\/\/|dns:|exec:|push:)\S.*)$/i.exec(text) ?? [];
  if (before !== undefined && behind !== undefined) return { address: behind.trim(), name: before };
  const [, address = text, name] = /^(\S+?)[,;]?(?:\s+(.+))?$/s.exec(text) ?? [];
  return { address, name };
}

type Secret = (part: string, value: string) => string;

function withoutSecrets(options: Record<string, unknown>, secret: Secret): Record<string, unknown> {
  const { url } = options;
  if (typeof url === "string") {
    const { url: plain, user, password } = withoutSignIn(url);
    if (user === undefined) return { ...options, url: withoutQuerySecrets(url, secret) };
    return {
      ...options,
      url: withoutQuerySecrets(plain, secret),
      basicAuth: { user, password: secret("password", password ?? "") },
    };
  }
  const hidden = Object.entries(options).map(([name, value]) => {
    const isSecret = typeof value === "string" && isSecretName(name);
    return [name, isSecret ? secret(name, value) : value] as const;
  });
  return Object.fromEntries(hidden);
}
