/** What is done with backups and data directories while no aggregator runs. */
import type { Random } from "../../shared/random.ts";
import { checkData, restoreBackup, verifyBackup } from "./restore.ts";

/** Creates it; `random` names folders of what is not whole yet. */
export function createArchives(random: Random) {
  return {
    verify: verifyBackup,
    restore: (file: string, data: string) => restoreBackup({ file, data, random }),
    check: checkData,
  };
}
