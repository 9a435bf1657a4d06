/** Prints the Debian packages that this machine lacks for the whole suite, one a line. */
import { absentPackages } from "./helpers/needs.ts";

for (const name of absentPackages()) process.stdout.write(`${name}\n`);
