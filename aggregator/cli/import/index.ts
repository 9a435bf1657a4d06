/** Every tool that a configuration can be made from: one line each. */
import { importBlackbox } from "./blackbox.ts";
import type { ImportBook } from "./book.ts";
import { importGatus } from "./gatus.ts";
import { importKuma } from "./kuma.ts";
import { importUrls } from "./urls.ts";

/** One tool. */
export interface ImportForm {
  /** Its name, for people. */
  title: string;
  /** What its files are. */
  files: string;
  read(files: readonly string[], book: ImportBook): void | Promise<void>;
}

/** The tools by their names on the command line. */
export const IMPORT_FORMS: Readonly<Record<string, ImportForm>> = {
  gatus: { title: "Gatus", files: "its YAML files", read: importGatus },
  "uptime-kuma": {
    title: "Uptime Kuma",
    files: "a backup (JSON) or its database (kuma.db)",
    read: importKuma,
  },
  blackbox: {
    title: "Prometheus and the blackbox exporter",
    files: "prometheus.yml and blackbox.yml",
    read: importBlackbox,
  },
  urls: { title: "a list of addresses", files: "a text file, one a line", read: importUrls },
};
