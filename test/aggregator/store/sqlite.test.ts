import { storeContract } from "../../contract/store.ts";
import { fileHarness, memoryHarness } from "../../helpers/sqlite-store.ts";

storeContract("SQLite in memory", memoryHarness);
storeContract("SQLite in a file", fileHarness);
