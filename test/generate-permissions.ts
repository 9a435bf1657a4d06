/** Writes the docs page of the permissions; a part of `npm run generate`. */
import { writeFileSync } from "node:fs";
import { PERMISSIONS_PAGE, permissionsPage } from "./helpers/permissions-page.ts";

writeFileSync(PERMISSIONS_PAGE, await permissionsPage());
