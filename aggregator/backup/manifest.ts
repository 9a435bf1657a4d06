/** What a backup says of itself, behind its files. */
import { z } from "zod";
import { damaged } from "./tar.ts";

/** Name of the file in the archive; it is the last one. */
export const MANIFEST_NAME = "manifest.json";

/** Names that may stand in a backup: of files of a data directory, and of one folder in it. */
export const FILE_NAME = /^(?:[A-Za-z0-9][A-Za-z0-9._-]{0,60}\/)?[A-Za-z0-9][A-Za-z0-9._-]{0,90}$/;

const manifestSchema = z.strictObject({
  format: z.literal(1),
  program: z.literal("quorate"),
  version: z.string().max(100),
  createdAt: z.string().max(40),
  files: z
    .array(
      z.strictObject({
        name: z.string().regex(FILE_NAME),
        bytes: z.int().min(0),
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
      }),
    )
    .max(20_000),
});

/** What a backup says of itself. */
export type BackupManifest = z.infer<typeof manifestSchema>;

/** Reads a manifest; throws with a sentence when it is none. */
export function parseManifest(text: string): BackupManifest {
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch {
    // Whatever is wrong with it, it was not written by this program.
    throw damaged("what it says of itself cannot be read");
  }
}
