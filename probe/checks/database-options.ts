/** Options that the kinds of databases have in common. */
import { z } from "zod";
import { tlsSchema } from "./options.ts";

const noZero = z.string().regex(/^[^\0]*$/, { error: "expected no zero byte" });

/** Name of a database; each kind says what is opened without one. */
export const databaseSchema = z
  .string()
  .regex(/^[^\0]{1,200}$/, { error: "expected the name of a database" })
  .optional();

/** How TLS is spoken to it, if it is. */
export const databaseTlsSchema = tlsSchema
  .optional()
  .describe("Present: TLS is begun before the sign-in, and a server without it fails.");

/** Sign-in, query and what is expected of it; spread into a kind's own schema. */
export const databaseOptions = {
  user: noZero.min(1).max(200).describe("User to sign in."),
  password: noZero.min(1).max(1_000).optional().describe("Secret of the user. Default: none."),
  query: noZero
    .min(1)
    .max(4_096)
    .default("SELECT 1")
    .describe("Query to run; make it cheap, it runs at every look. Default `SELECT 1`."),
  expect: noZero
    .max(4_096)
    .optional()
    .describe("Value that the first column of the first row must have, as text. Default: any."),
  rowsMin: z
    .int()
    .min(0)
    .max(10_000)
    .default(1)
    .describe("Fewest rows of the answer, 0 to 10000. Default 1."),
};

/** What a query gave. */
export interface QueryResult {
  rows: number;
  /** First column of the first row; null: it is null, or there is no row. */
  value: string | null;
}

/** What is wrong with the result, as the end of a sentence; undefined if nothing is. */
export function resultFlaw(
  { expect, rowsMin }: { expect?: string | undefined; rowsMin: number },
  result: QueryResult,
  quote: (text: string) => string,
): string | undefined {
  const { rows, value } = result;
  if (rows < rowsMin) return `gave ${rows} rows; expected at least ${rowsMin}`;
  if (expect === undefined || value === expect) return undefined;
  const found = rows === 0 ? "no row" : value === null ? "null" : quote(value);
  return `gave ${found}; expected ${quote(expect)}`;
}
