/** Writes what the samples of imports give now; run it with tsx, then read the diff. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { IMPORT_SAMPLES, IMPORTS, reportText, runImport } from "../helpers/import-room.ts";

for (const [tool, files] of Object.entries(IMPORTS)) {
  const { made } = await runImport(
    tool,
    files.map((file) => join(IMPORT_SAMPLES, file)),
  );
  writeFileSync(join(IMPORT_SAMPLES, tool, "expected.yaml"), made.text);
  writeFileSync(join(IMPORT_SAMPLES, tool, "report.txt"), reportText(made));
}
