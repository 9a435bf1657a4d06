/** Doc comments: every export says in a full sentence what it is. */
import type { Node } from "oxc-parser";
import { commentAbove, type Finding, findingAt, type Source } from "../source.ts";

const DOCUMENTED = ["shared/", "probe/", "aggregator/"];

/** The text of a doc comment without its stars; null when the comment is of another form. */
function docText(source: Source, offset: number): string | null {
  const comment = commentAbove(source, offset);
  if (comment?.type !== "Block" || !comment.value.startsWith("*")) return null;
  return comment.value
    .slice(1)
    .split("\n")
    .map((line) => line.replace(/^\s*\*? ?/, "").trimEnd())
    .join("\n")
    .trim();
}

/** The first paragraph, a source left out, begins (or with code) and ends like a sentence. */
function isSentence(text: string): boolean {
  const first = text.split(/\n\s*\n|\n\s*@|\n?Source: /)[0]?.trim() ?? "";
  const startsWell = /^[^a-z\s]|^[a-z]+[A-Z./(:]/.test(first);
  return startsWell && /[.:?][)"'`]?$/.test(first) && first.split(/\s+/).length >= 2;
}

function nameOf(declaration: Node): string {
  if (declaration.type === "VariableDeclaration") {
    const id = declaration.declarations[0]?.id;
    return id?.type === "Identifier" ? id.name : "this";
  }
  const isNamed = "id" in declaration && declaration.id?.type === "Identifier";
  return isNamed && declaration.id?.type === "Identifier" ? declaration.id.name : "this";
}

function exportFinding(source: Source, statement: Node): Finding[] {
  if (statement.type !== "ExportNamedDeclaration" || statement.declaration === null) return [];
  const text = docText(source, statement.start);
  const name = nameOf(statement.declaration);
  if (text === null) {
    return [
      findingAt(source, statement.start, `${name} is exported without a doc comment: add one`),
    ];
  }
  if (isSentence(text)) return [];
  const message = `the doc comment of ${name} is no full sentence: "Does this.", with its period`;
  return [findingAt(source, statement.start, message)];
}

/** Every export of the programs has a doc comment whose first paragraph is a full sentence. */
export function checkDocComments(source: Source): Finding[] {
  if (!DOCUMENTED.some((folder) => source.path.startsWith(folder))) return [];
  return source.program.body.flatMap((statement) => exportFinding(source, statement));
}
