/** Writes the reference of the command line; a part of `npm run generate`. */
import { writeFileSync } from "node:fs";
import { COMMANDS_PAGE, commandsPage } from "./helpers/commands-page.ts";

writeFileSync(COMMANDS_PAGE, commandsPage());
