/** The store of one aggregator: a SQLite file, owned by one process. */
import type { Clock } from "../../shared/clock.ts";
import type { Store } from "../ports.ts";
import { createAlertStore } from "./alerts.ts";
import { createAuditStore } from "./audit.ts";
import { createBrowserSessionStore } from "./browser-sessions.ts";
import { createChannelStore } from "./channels.ts";
import { openConnection } from "./connection.ts";
import type { Connection, ConnectionOptions } from "./connection.ts";
import { copyDataFile } from "./copy.ts";
import { createEventStore } from "./events.ts";
import { createFacts } from "./facts.ts";
import { createHistoryStore } from "./history.ts";
import { createIdempotencyStore } from "./idempotency.ts";
import { createIncidentStore } from "./incidents.ts";
import { createLogStore, createLogWriter } from "./log.ts";
import { createMaintenanceStore } from "./maintenance.ts";
import { createNotificationStore } from "./notifications.ts";
import { createOutboxCounts } from "./outbox-counts.ts";
import { createOutbox } from "./outbox.ts";
import { createProbeStore } from "./probes.ts";
import { createRouteStore } from "./routes.ts";
import { createSilenceStore } from "./silences.ts";
import { createStatusPageStore } from "./status-pages.ts";
import { createTargetStore } from "./targets.ts";
import { createThreadStore } from "./threads.ts";
import { createTokenStore } from "./tokens.ts";
import { createUptimeStore } from "./uptime.ts";

/** Options of the store. */
export interface SqliteStoreOptions extends ConnectionOptions {
  clock: Clock;
}

/**
 * Opens the store, making the file when it is not there. Throws unavailable, with a sentence,
 * when another process owns the file, a newer version wrote it, or it is damaged.
 */
export function openSqliteStore(options: SqliteStoreOptions): Store {
  return createSqliteStore(openConnection(options), options.clock);
}

/** The store on an open data file; closing the store closes the file. */
export function createSqliteStore(connection: Connection, clock: Clock): Store {
  const facts = createFacts(connection.db);
  const writer = createLogWriter(connection, facts);
  const outbox = createOutbox(connection.db);
  return {
    log: createLogStore(connection, facts, writer),
    targets: createTargetStore(connection),
    probes: createProbeStore(connection),
    events: createEventStore(connection, { facts, writer, outbox }),
    incidents: createIncidentStore(connection),
    channels: createChannelStore(connection),
    maintenance: createMaintenanceStore(connection),
    statusPages: createStatusPageStore(connection),
    silences: createSilenceStore(connection),
    routes: createRouteStore(connection),
    alerts: createAlertStore(connection),
    notifications: createNotificationStore(connection, outbox),
    outboxCounts: createOutboxCounts(connection),
    threads: createThreadStore(connection),
    tokens: createTokenStore(connection),
    browserSessions: createBrowserSessionStore(connection),
    audit: createAuditStore(connection),
    history: createHistoryStore(connection, facts, writer),
    uptime: createUptimeStore(connection),
    idempotency: createIdempotencyStore(connection, clock),
    copyTo: (path) => copyDataFile(connection, path),
    close: () => connection.close(),
  };
}
