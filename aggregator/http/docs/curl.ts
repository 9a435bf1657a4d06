/** A request as a line of curl. */
import type { PlacedOperation } from "../openapi/shape.ts";

/** The request of an operation's examples, for `$QUORATE_URL` and `$QUORATE_TOKEN`. */
export function curlLine({ method, path, operation }: PlacedOperation): string {
  const media = operation.requestBody?.content["application/json"];
  const parts = ["curl -s"];
  if (method !== "get" && !(method === "post" && media !== undefined)) {
    parts.push(`-X ${method.toUpperCase()}`);
  }
  if (operation.security.length > 0) parts.push('-H "Authorization: Bearer $QUORATE_TOKEN"');
  if (media !== undefined) {
    parts.push("-H 'Content-Type: application/json'");
    parts.push(`-d ${quoted(bodyText(media.example ?? {}))}`);
  }
  const streams = Object.hasOwn(operation.responses["200"]?.content ?? {}, "text/event-stream");
  if (streams) parts.push("-N");
  parts.push(`"$QUORATE_URL${pathOf(path, operation)}${queryOf(operation)}"`);
  return parts.join(" \\\n  ");
}

/** On one line where that is short. */
function bodyText(body: unknown): string {
  const line = JSON.stringify(body);
  return line.length <= LINE_CHARS ? line : JSON.stringify(body, null, 2);
}

const LINE_CHARS = 60;

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

function pathOf(path: string, { parameters = [] }: PlacedOperation["operation"]): string {
  return path.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => {
    const parameter = parameters.find((one) => one.in === "path" && one.name === name);
    const example = parameter?.example ?? parameter?.schema.example;
    return typeof example === "string" ? encodeURIComponent(example) : name;
  });
}

/** Only what must be given: what may be is in the list of parameters. */
function queryOf({ parameters = [] }: PlacedOperation["operation"]): string {
  const pairs = parameters.flatMap(({ name, required, example, schema, ...one }) => {
    if (one.in !== "query" || required !== true) return [];
    const value: unknown = example ?? schema.example ?? schema.enum?.[0] ?? "checkout";
    return [`${name}=${encodeURIComponent(String(value))}`];
  });
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}
