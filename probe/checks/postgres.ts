/** The postgres kind: signs in, looks at the role, and runs one query. */
import { z } from "zod";
import type { CheckKind, PreparedCheck } from "./check.ts";
import { openConnection } from "./connect.ts";
import type { Destination } from "./connection.ts";
import { hold } from "./conversation.ts";
import { databaseOptions, databaseSchema, databaseTlsSchema } from "./database-options.ts";
import { abortOf, startLook } from "./look.ts";
import { commonOptions, hostSchema, portSchema } from "./options.ts";
import { createPostgresTalk } from "./postgres-talk.ts";
import { secretForms } from "./secrets.ts";
import { hostPort } from "./sentence.ts";
import { planTls } from "./tls.ts";

const postgresSchema = z
  .strictObject({
    host: hostSchema.describe("Host name or IP address to connect to."),
    port: portSchema.default(5_432).describe("TCP port, 1 to 65535. Default 5432."),
    tls: databaseTlsSchema,
    database: databaseSchema.describe("Database to open. Default: that of the user's name."),
    role: z
      .enum(["any", "primary", "standby"])
      .default("any")
      .describe("Role it must have; a standby is in recovery. Default any."),
    ...databaseOptions,
    ...commonOptions,
  })
  .meta({ id: "PostgresOptions", description: "Options of the postgres check." });

/** The postgres kind. */
export const postgresKind: CheckKind<typeof postgresSchema> = {
  kind: "postgres",
  summary: "Signs in to PostgreSQL, runs one query, and looks at its answer and the server's role.",
  schema: postgresSchema,
  secretOptions: ["password", "tls.key"],
  examples: [
    {
      title: "The primary takes queries",
      options: {
        host: "db.example.com",
        tls: {},
        user: "probe",
        password: "${secret:db}",
        database: "shop",
        role: "primary",
      },
    },
    {
      title: "A queue does not pile up",
      options: {
        host: "db.example.com",
        user: "probe",
        password: "${secret:db}",
        query: "SELECT count(*) < 1000 FROM jobs WHERE done IS NULL",
        expect: "t",
      },
    },
  ],
  prepare: preparePostgres,
};

function preparePostgres(options: z.output<typeof postgresSchema>): PreparedCheck {
  const { host, port, family, resolver, sourceAddress, latencyLimitMs, password } = options;
  const destination: Destination = { host, port, family, resolver, sourceAddress };
  const tls = options.tls === undefined ? undefined : planTls(options.tls);
  const secrets = secretForms(password === undefined ? [] : [password]);
  const { user, database = user, query, expect, rowsMin, role } = options;
  const plan = { user, password, database, query, expect, rowsMin, role };
  return {
    endpoint: `postgres://${hostPort(host, port)}/${encodeURIComponent(database)}`,
    run(context, done) {
      const look = startLook({ context, done, secrets, latencyLimitMs });
      openConnection(look, destination, hold(look, createPostgresTalk(look, plan, tls)));
      return abortOf(look);
    },
  };
}
