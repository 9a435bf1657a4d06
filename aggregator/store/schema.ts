/** The tables of the data file, and the steps from one version of them to the next. */
import type Database from "better-sqlite3";
import { QuorateError } from "../../shared/errors.ts";

/** "QRTE": says that a SQLite file is ours. */
export const APPLICATION_ID = 0x51525445;

/** kind: 0 other, 1 results, 2 heartbeat, 3 tick. probe_id only for results. */
const LOG = `
CREATE TABLE log (
  seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, kind INTEGER NOT NULL, probe_id TEXT,
  body BLOB NOT NULL
) STRICT;
CREATE TABLE snapshots (
  seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE TABLE facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
`;

/** A name is not unique here: the door refuses a second one, and a log is never refused. */
const NOUNS = `
CREATE TABLE targets (
  id TEXT PRIMARY KEY, handle INTEGER NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL
) STRICT;
CREATE INDEX targets_by_name ON targets (name, id);
CREATE TABLE target_revisions (
  handle INTEGER NOT NULL, revision INTEGER NOT NULL, target_id TEXT NOT NULL,
  interval_ms INTEGER NOT NULL, PRIMARY KEY (handle, revision)
) STRICT, WITHOUT ROWID;
CREATE INDEX target_revisions_by_target ON target_revisions (target_id);
CREATE TABLE probes (id TEXT PRIMARY KEY, name TEXT NOT NULL, body TEXT NOT NULL) STRICT;
CREATE INDEX probes_by_name ON probes (name, id);
CREATE TABLE boots (
  probe_id TEXT NOT NULL, boot INTEGER NOT NULL, boot_id TEXT NOT NULL,
  last_sequence INTEGER NOT NULL, PRIMARY KEY (probe_id, boot), UNIQUE (probe_id, boot_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE channels (
  id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, revision INTEGER NOT NULL, body TEXT NOT NULL
) STRICT;
CREATE TABLE tokens (
  id TEXT PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, body TEXT NOT NULL
) STRICT;
CREATE TABLE idempotency (
  number INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, at_ms INTEGER NOT NULL,
  request_hash TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL
) STRICT;
CREATE INDEX idempotency_by_age ON idempotency (at_ms);
`;

/** head 1: pending and the first of its order key in its channel, so it may leave. */
const EFFECTS = `
CREATE TABLE events (
  number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, at_ms INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX events_by_age ON events (at_ms);
CREATE TABLE transitions (
  target_id TEXT NOT NULL, number INTEGER NOT NULL, at_ms INTEGER NOT NULL,
  from_state TEXT NOT NULL, to_state TEXT NOT NULL, incident_id TEXT, explanation TEXT NOT NULL,
  UNIQUE (target_id, number)
) STRICT;
CREATE INDEX transitions_by_age ON transitions (at_ms);
CREATE TABLE incidents (
  id TEXT PRIMARY KEY, target_id TEXT NOT NULL, target_name TEXT NOT NULL,
  severity TEXT NOT NULL, state TEXT NOT NULL, cause TEXT, opened_at_ms INTEGER NOT NULL,
  resolved_at_ms INTEGER, sentence TEXT NOT NULL, acknowledged_at_ms INTEGER,
  acknowledged_by TEXT, notes TEXT NOT NULL DEFAULT '[]'
) STRICT;
CREATE INDEX incidents_by_age ON incidents (opened_at_ms, id);
CREATE INDEX incidents_by_state ON incidents (state, opened_at_ms, id);
CREATE INDEX incidents_by_target ON incidents (target_id, opened_at_ms, id);
CREATE TABLE notifications (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, channel_id TEXT NOT NULL,
  order_key TEXT NOT NULL, state TEXT NOT NULL, head INTEGER NOT NULL, reason TEXT NOT NULL,
  body TEXT NOT NULL, created_at_ms INTEGER NOT NULL, attempts INTEGER NOT NULL,
  next_attempt_at_ms INTEGER NOT NULL, last_error TEXT, delivered_at_ms INTEGER
) STRICT;
CREATE INDEX notifications_due ON notifications (next_attempt_at_ms, sequence, channel_id)
  WHERE head = 1;
CREATE INDEX notifications_pending ON notifications (channel_id, order_key, sequence)
  WHERE state = 'pending';
CREATE INDEX notifications_by_channel ON notifications (channel_id, state, sequence);
CREATE INDEX notifications_by_state ON notifications (state, sequence);
CREATE INDEX notifications_by_age ON notifications (created_at_ms);
CREATE TABLE deliveries (
  number INTEGER PRIMARY KEY, notification_id TEXT NOT NULL
    REFERENCES notifications (id) ON DELETE CASCADE,
  channel_id TEXT NOT NULL, attempt INTEGER NOT NULL, at_ms INTEGER NOT NULL,
  duration_ms REAL NOT NULL, status INTEGER, ok INTEGER NOT NULL, detail TEXT NOT NULL
) STRICT;
CREATE INDEX deliveries_by_notification ON deliveries (notification_id);
`;

/** open 1: the block of a target and vantage that takes more; at most one, and in no rollup. */
const HISTORY = `
CREATE TABLE vantages (number INTEGER PRIMARY KEY, probe_id TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE blocks (
  id INTEGER PRIMARY KEY, handle INTEGER NOT NULL, vantage INTEGER NOT NULL,
  from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL, results INTEGER NOT NULL,
  open INTEGER NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE INDEX blocks_by_time ON blocks (handle, to_ms, from_ms, vantage);
CREATE UNIQUE INDEX blocks_open ON blocks (handle, vantage) WHERE open = 1;
CREATE INDEX blocks_by_age ON blocks (to_ms);
CREATE TABLE rollups (
  handle INTEGER NOT NULL, span_ms INTEGER NOT NULL, from_ms INTEGER NOT NULL,
  vantage INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (handle, span_ms, from_ms, vantage)
) STRICT, WITHOUT ROWID;
CREATE INDEX rollups_by_age ON rollups (from_ms);
`;

/** A row that is replaced gets a new number, so numbers tell which was used last. */
const THREADS = `
CREATE TABLE threads (
  number INTEGER PRIMARY KEY AUTOINCREMENT, channel_id TEXT NOT NULL, thread TEXT NOT NULL,
  name TEXT NOT NULL, UNIQUE (channel_id, thread)
) STRICT;
CREATE INDEX threads_by_channel ON threads (channel_id, number);
ALTER TABLE deliveries ADD COLUMN request TEXT NOT NULL DEFAULT '';
`;

/**
 * Rows that left the log, and snapshots that a fold of them may begin with. What was compacted
 * before there was an archive is in none.
 */
const ARCHIVE = `
CREATE TABLE archive (
  last_seq INTEGER PRIMARY KEY, to_ms INTEGER NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE TABLE chapters (
  seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, body BLOB NOT NULL
) STRICT;
INSERT INTO facts (name, value)
  SELECT 'archive_seq', max(value) FROM facts WHERE name IN ('compacted_seq', 'packing_seq')
  HAVING max(value) > 0;
`;

/** Maintenance is what operators plan; the windows of it that begin soon stand in the log. */
const OVERLAYS = `
CREATE TABLE uptime_spans (
  target_id TEXT NOT NULL, from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL, state TEXT NOT NULL,
  maintenance INTEGER NOT NULL, PRIMARY KEY (target_id, from_ms)
) STRICT, WITHOUT ROWID;
CREATE INDEX uptime_spans_by_end ON uptime_spans (target_id, to_ms);
CREATE INDEX uptime_spans_by_age ON uptime_spans (to_ms);
CREATE TABLE maintenance (
  id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, revision INTEGER NOT NULL, body TEXT NOT NULL
) STRICT;
`;

/** What alerting remembers, by key; silences and routes are what operators say. */
const ALERTING = `
CREATE TABLE alerting (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE silences (
  number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, revision INTEGER NOT NULL,
  ends_at_ms INTEGER NOT NULL, body TEXT NOT NULL
) STRICT;
CREATE INDEX silences_by_end ON silences (ends_at_ms);
CREATE TABLE routes (
  one INTEGER PRIMARY KEY CHECK (one = 1), revision INTEGER NOT NULL, body TEXT NOT NULL
) STRICT;
`;

/** Who calls, and what was written by whom. A secret is never kept, only its SHA-256. */
const ACCESS = `
ALTER TABLE tokens ADD COLUMN previous_sha256 TEXT;
ALTER TABLE tokens ADD COLUMN previous_until_ms INTEGER;
ALTER TABLE tokens ADD COLUMN last_used_at_ms INTEGER;
CREATE UNIQUE INDEX tokens_by_previous ON tokens (previous_sha256);
CREATE TABLE browser_sessions (
  id TEXT PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, token_id TEXT,
  last_used_at_ms INTEGER NOT NULL, expires_at_ms INTEGER NOT NULL, body TEXT NOT NULL
) STRICT;
CREATE INDEX browser_sessions_by_token ON browser_sessions (token_id);
CREATE TABLE audit (
  number INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, class TEXT NOT NULL,
  actor TEXT NOT NULL, resource TEXT NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL
) STRICT;
CREATE INDEX audit_by_class ON audit (class, number);
CREATE INDEX audit_by_age ON audit (at_ms);
`;

/** Parts of snapshots and of chapters: some targets each; the rows of those are only heads. */
const SNAPSHOT_PARTS = `
CREATE TABLE snapshot_parts (
  seq INTEGER NOT NULL, part INTEGER NOT NULL, body BLOB NOT NULL, UNIQUE (seq, part)
) STRICT;
`;

/**
 * Rollups count closed blocks, so those whose results they have are closed; those of five minutes
 * are read from blocks.
 */
const ROLLUPS_OF_CLOSED = `
UPDATE blocks SET open = 0 WHERE open = 1;
DELETE FROM rollups WHERE span_ms = 300000;
`;

/** What the public is shown. */
const STATUS_PAGES = `
CREATE TABLE status_pages (
  id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, revision INTEGER NOT NULL, body TEXT NOT NULL
) STRICT;
`;

/** The alerts of every event that is there are planned; from here on a number says up to which. */
const PLANNED = `
INSERT INTO facts (name, value)
  SELECT 'planned_number', seq FROM sqlite_sequence WHERE name = 'events';
`;

/** Step i leads from version i to version i + 1. A step that was released never changes. */
const MIGRATIONS: readonly string[] = [
  LOG + NOUNS + EFFECTS + HISTORY,
  THREADS,
  ARCHIVE,
  OVERLAYS,
  ALERTING,
  ACCESS,
  SNAPSHOT_PARTS,
  ROLLUPS_OF_CLOSED,
  STATUS_PAGES,
  PLANNED,
];

/** The schema that this version writes. */
export const NEWEST_SCHEMA = MIGRATIONS.length;

/** Brings the file to the newest version, all steps in one transaction; refuses a newer file. */
export function migrate(db: Database.Database, path: string): void {
  const version = Number(db.pragma("user_version", { simple: true }));
  const newest = NEWEST_SCHEMA;
  if (version === newest && db.pragma("application_id", { simple: true }) === APPLICATION_ID) {
    return;
  }
  refuseForeign(db, path);
  if (version > newest) {
    throw new QuorateError(
      "unavailable",
      `The data file ${path} has schema ${version}, and this version of Quorate knows up to ` +
        `${newest}. Start the newer version that wrote it, or choose another data directory.`,
    );
  }
  db.transaction(() => {
    for (const step of MIGRATIONS.slice(version)) db.exec(step);
    db.pragma(`application_id = ${APPLICATION_ID}`);
    db.pragma(`user_version = ${newest}`);
  }).immediate();
}

function refuseForeign(db: Database.Database, path: string): void {
  const tables = db.prepare("SELECT count(*) FROM sqlite_schema").pluck().get();
  const ours = db.pragma("application_id", { simple: true }) === APPLICATION_ID;
  if (tables === 0 || ours) return;
  throw new QuorateError(
    "unavailable",
    `${path} is a SQLite file, but not one of Quorate. Choose another data directory.`,
  );
}
