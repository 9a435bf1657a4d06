/**
 * Writes what notifiers send and say now, and the page of their kinds; run it with tsx, then read
 * the diff as at night.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { notifierDocs } from "../helpers/notifier-docs.ts";
import { notifierGoldens } from "../helpers/notifier-golden.ts";

const FOLDER = new URL("notifiers/", import.meta.url);

mkdirSync(FOLDER, { recursive: true });
for (const file of readdirSync(FOLDER)) rmSync(new URL(file, FOLDER));
for (const { name, text } of await notifierGoldens()) writeFileSync(new URL(name, FOLDER), text);
writeFileSync(new URL("../../aggregator/notifiers/KINDS.md", import.meta.url), notifierDocs());
