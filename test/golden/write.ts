/** Writes what the golden cases of verdicts give now; run it with tsx, then read the diff. */
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { parseCases, runScript } from "../helpers/verdict-script.ts";

const FOLDER = new URL("verdict/", import.meta.url);

for (const file of readdirSync(FOLDER).filter((name) => name.endsWith(".txt"))) {
  const url = new URL(file, FOLDER);
  const text = readFileSync(url, "utf8");
  const head = text.split("\n").filter((line) => line.startsWith("#"));
  const cases = parseCases(text).map(({ title, commands }) =>
    [`case ${title}`, ...commands, "----", ...runScript(commands)].join("\n"),
  );
  const blocks = head.length > 0 ? [head.join("\n"), ...cases] : cases;
  writeFileSync(url, `${blocks.join("\n\n")}\n`);
}
