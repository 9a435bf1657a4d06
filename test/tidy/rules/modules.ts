/** Modules: importing a file starts nothing. */
import type { Node } from "oxc-parser";
import { type Finding, findingAt, type Source, walk } from "../source.ts";

const PROGRAMS = ["shared/", "probe/", "aggregator/"];

/** Statements that only declare something; a constant may be computed. */
const DECLARATIONS: ReadonlySet<Node["type"]> = new Set<Node["type"]>([
  "ImportDeclaration",
  "ExportNamedDeclaration",
  "ExportAllDeclaration",
  "FunctionDeclaration",
  "ClassDeclaration",
  "VariableDeclaration",
  "TSInterfaceDeclaration",
  "TSTypeAliasDeclaration",
]);

/** Whether something in a declaration waits while the file is imported. */
function waits(statement: Node): boolean {
  for (const { node, ancestors } of walk(statement)) {
    if (node.type !== "AwaitExpression") continue;
    if (!ancestors.some((around) => "body" in around && "params" in around)) return true;
  }
  return false;
}

/** Only a main.ts or main.tsx does something when it is imported; other files only declare. */
export function checkTopLevel(source: Source): Finding[] {
  const isProgram = PROGRAMS.some((folder) => source.path.startsWith(folder));
  if (!isProgram || /\/main\.tsx?$/.test(source.path)) return [];
  return source.program.body
    .filter((statement) => !DECLARATIONS.has(statement.type) || waits(statement))
    .map((statement) =>
      findingAt(
        source,
        statement.start,
        "importing this file does something: put it into a function that others call",
      ),
    );
}
