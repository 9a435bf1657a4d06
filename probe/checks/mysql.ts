/** The mysql kind: signs in to MySQL or MariaDB, looks at the role, and runs one query. */
import { z } from "zod";
import type { CheckKind, PreparedCheck } from "./check.ts";
import { openConnection } from "./connect.ts";
import type { Destination } from "./connection.ts";
import { hold } from "./conversation.ts";
import { databaseOptions, databaseSchema, databaseTlsSchema } from "./database-options.ts";
import { abortOf, startLook } from "./look.ts";
import { createMysqlTalk } from "./mysql-talk.ts";
import { commonOptions, hostSchema, portSchema } from "./options.ts";
import { secretForms } from "./secrets.ts";
import { hostPort } from "./sentence.ts";
import { planTls } from "./tls.ts";

const mysqlSchema = z
  .strictObject({
    host: hostSchema.describe("Host name or IP address to connect to."),
    port: portSchema.default(3_306).describe("TCP port, 1 to 65535. Default 3306."),
    tls: databaseTlsSchema,
    database: databaseSchema.describe("Database to open. Default: none."),
    role: z
      .enum(["any", "primary", "replica"])
      .default("any")
      .describe("Role it must have; a replica is one that is read-only. Default any."),
    ...databaseOptions,
    ...commonOptions,
  })
  .meta({ id: "MysqlOptions", description: "Options of the mysql check." });

/** The mysql kind. */
export const mysqlKind: CheckKind<typeof mysqlSchema> = {
  kind: "mysql",
  summary: "Signs in to MySQL or MariaDB, runs one query, and looks at its answer and the role.",
  schema: mysqlSchema,
  secretOptions: ["password", "tls.key"],
  examples: [
    {
      title: "A replica that lags less than a minute",
      options: {
        host: "db2.example.com",
        tls: {},
        user: "probe",
        password: "${secret:db}",
        role: "replica",
        query: "SELECT max(at) > now() - INTERVAL 1 MINUTE FROM shop.heartbeat",
        expect: "1",
      },
    },
  ],
  prepare: prepareMysql,
};

function prepareMysql(options: z.output<typeof mysqlSchema>): PreparedCheck {
  const { host, port, family, resolver, sourceAddress, latencyLimitMs } = options;
  const destination: Destination = { host, port, family, resolver, sourceAddress };
  const tls = options.tls === undefined ? undefined : planTls(options.tls);
  const { user, password = "", database, query, expect, rowsMin, role } = options;
  const secrets = secretForms([password]);
  const plan = { user, password, database, query, expect, rowsMin, role };
  const path = database === undefined ? "" : `/${encodeURIComponent(database)}`;
  return {
    endpoint: `mysql://${hostPort(host, port)}${path}`,
    run(context, done) {
      const look = startLook({ context, done, secrets, latencyLimitMs });
      openConnection(look, destination, hold(look, createMysqlTalk(look, plan, tls)));
      return abortOf(look);
    },
  };
}
