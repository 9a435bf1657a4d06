/** Casts: a promise that the compiler cannot check stands where it is explained. */
import type { Node } from "oxc-parser";
import { commentAbove, type Finding, findingAt, lineAt, type Source, walk } from "../source.ts";

/** A helper that holds a cast stays small enough that its guarantee covers all of it. */
const HELPER_LINES_MAX = 25;

/** The place where the comment above a named function begins; null for a node that is none. */
function namedFunctionStart(node: Node, parents: readonly Node[]): number | null {
  const [parent, grandparent, great] = parents;
  const outer = (inner: Node, wrapper: Node | undefined): number =>
    wrapper?.type === "ExportNamedDeclaration" ? wrapper.start : inner.start;
  if (node.type === "FunctionDeclaration") return outer(node, parent);
  if (node.type !== "ArrowFunctionExpression" && node.type !== "FunctionExpression") return null;
  if (parent?.type === "VariableDeclarator" && grandparent !== undefined) {
    return outer(grandparent, great);
  }
  const isMember = parent?.type === "Property" || parent?.type === "MethodDefinition";
  return isMember ? parent.start : null;
}

function isExplained(source: Source, ancestors: readonly Node[]): boolean {
  for (const [index, node] of ancestors.entries()) {
    const start = namedFunctionStart(node, ancestors.slice(index + 1));
    if (start === null) continue;
    const lines = lineAt(source.text, node.end) - lineAt(source.text, start) + 1;
    const comment = commentAbove(source, start)?.value ?? "";
    return comment.includes("Guarantee:") && lines <= HELPER_LINES_MAX;
  }
  return false;
}

function isConst(type: Node): boolean {
  if (type.type !== "TSTypeReference") return false;
  return type.typeName.type === "Identifier" && type.typeName.name === "const";
}

/** `as` only in a small named function whose comment says "Guarantee:"; `as const` is free. */
export function checkCasts(source: Source): Finding[] {
  const findings: Finding[] = [];
  for (const { node, ancestors } of walk(source.program)) {
    const isCast = node.type === "TSAsExpression" || node.type === "TSTypeAssertion";
    if (!isCast || isConst(node.typeAnnotation) || isExplained(source, ancestors)) continue;
    findings.push(
      findingAt(
        source,
        node.start,
        "a cast outside a helper: narrow with a check, parse with a schema, use `satisfies`, or " +
          `put it into a named function of at most ${HELPER_LINES_MAX} lines whose comment says ` +
          '"Guarantee: …", why it always holds',
      ),
    );
  }
  return findings;
}

/** No `!`: neither after an expression nor after the name of a variable or field. */
export function checkBangs(source: Source): Finding[] {
  const findings: Finding[] = [];
  for (const { node } of walk(source.program)) {
    const isDefinite =
      (node.type === "VariableDeclarator" || node.type === "PropertyDefinition") && node.definite;
    if (node.type !== "TSNonNullExpression" && isDefinite !== true) continue;
    const message = "`!` hides a missing value: check for it, and say what happens without it";
    findings.push(findingAt(source, node.start, message));
  }
  return findings;
}
