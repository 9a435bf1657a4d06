/** Backups and data directories, as the command line is given them. */

/** What a backup says of itself. */
export interface BackupManifest {
  version: string;
  createdAt: string;
  files: readonly { name: string; bytes: number }[];
}

/** What a data file is. */
export interface DataReport {
  schema: number | null;
  newestSchema: number;
  problems: readonly string[];
  rows: Readonly<Record<string, number>>;
}

/** What is done with the data of an aggregator that does not run. */
export interface Archives {
  /** Checks a backup to its last byte; throws with a sentence. */
  verify(file: string): Promise<BackupManifest>;
  /** Makes a data directory of a backup, whole or not at all. */
  restore(file: string, data: string): Promise<{ manifest: BackupManifest; report: DataReport }>;
  /** What is wrong with a data directory, if anything. */
  check(data: string): Promise<DataReport>;
}
