/** Readers of packed bytes of the data file: what they cannot read is damage of the file. */
import { createByteReader } from "../../shared/bytes.ts";
import type { ByteReader } from "../../shared/bytes.ts";
import { DamagedError } from "./store-error.ts";

/** A reader that throws DamagedError beyond the end. */
export function createStoreReader(bytes: Uint8Array): ByteReader {
  return createByteReader(bytes, (what) => new DamagedError(what));
}
