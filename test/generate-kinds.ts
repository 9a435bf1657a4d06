/** Writes the docs page of the kinds of check; a part of `npm run generate`. */
import { writeFileSync } from "node:fs";
import { KINDS_PAGE, kindsPage } from "./helpers/kinds-page.ts";

writeFileSync(KINDS_PAGE, kindsPage());
