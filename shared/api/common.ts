/** Pieces that the API's resources share. */
import { z } from "zod";

/** A moment: RFC 3339 in UTC with milliseconds. */
export const timeSchema = z.iso
  .datetime()
  .meta({ description: "RFC 3339 time in UTC.", example: "2026-11-21T12:04:31.000Z" });

/** An answer of which nothing is read. */
export const nothingSchema = z.unknown().transform((): void => undefined);

/** The form of a page of rows: `next` is the `cursor` of the following page, null on the last. */
export function pageSchema<Row extends z.ZodType>(row: Row, id: string) {
  return z
    .object({
      items: z.array(row).describe("The rows of this page."),
      next: z
        .string()
        .nullable()
        .describe("Give it as `cursor` for the following page; null on the last."),
    })
    .meta({ id, description: "One page of a list." });
}

/** A page of rows as the API shows it. */
export interface ApiPage<Row> {
  items: Row[];
  next: string | null;
}
