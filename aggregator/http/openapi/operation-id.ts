/** The name of an operation: the resource and what is done with it, as in the client. */
import { nameOfReference } from "./shape.ts";
import type { PlacedOperation } from "./shape.ts";

/**
 * Names an operation `resource.action`, which is also where the client has it: `targets.list`,
 * `targets.get`, `targets.create`, `targets.put`, `targets.patch`, `targets.delete`, and for what
 * stands below a resource its own word, such as `targets.run`.
 */
export function operationIdOf(placed: PlacedOperation): string {
  const segments = placed.path
    .replace(/^\/api\/v1/, "")
    .split("/")
    .filter((part) => part !== "");
  const words = segments.filter((part) => !part.startsWith("{"));
  const resource = camelCase(words[0] ?? "system");
  const below = words.slice(1);
  if (below.length > 0) return `${resource}.${camelCase(below.join("-"))}`;
  return `${resource}.${actionOf(placed)}`;
}

function actionOf({ method, path, operation }: PlacedOperation): string {
  if (method === "post") return "create";
  if (method !== "get" || path.endsWith("}")) return method;
  const reference = operation.responses["200"]?.content?.["application/json"]?.schema.$ref ?? "";
  return nameOfReference(reference).endsWith("Page") ? "list" : "get";
}

function camelCase(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9]+(\w)/g, (_match, letter: string) => letter.toUpperCase());
}
