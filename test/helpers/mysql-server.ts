/** A real MariaDB in a folder of its own, with TLS and a user `ann`. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Certificate } from "./certificates.ts";
import { startDaemon } from "./daemon.ts";
import type { Daemon } from "./daemon.ts";
import { pathOf } from "./needs.ts";

const USERS = `
CREATE DATABASE IF NOT EXISTS shop;
CREATE USER IF NOT EXISTS 'ann'@'%' IDENTIFIED BY 'hush';
GRANT ALL ON shop.* TO 'ann'@'%';
CREATE USER IF NOT EXISTS 'open'@'%';
`;

/** Starts it; needs `mariadbd` and root. */
export function startMysql(certificate: Certificate): Promise<Daemon> {
  return startDaemon({
    program: "mariadbd",
    prepare({ folder, port }) {
      const file = (name: string, text: string): string => {
        writeFileSync(join(folder, name), text);
        return join(folder, name);
      };
      const data = join(folder, "data");
      const common = ["--no-defaults", `--datadir=${data}`, "--user=root"];
      const install = pathOf("mariadb-install-db");
      const made = spawnSync(install, [...common, "--skip-test-db"], { encoding: "utf8" });
      if (made.status !== 0) throw new Error(`mariadb-install-db: ${made.stdout}${made.stderr}`);
      return common.concat([
        `--port=${port}`,
        "--bind-address=127.0.0.1",
        `--socket=${join(folder, "socket")}`,
        `--pid-file=${join(folder, "pid")}`,
        `--init-file=${file("users.sql", USERS)}`,
        `--ssl-cert=${file("cert.pem", certificate.cert)}`,
        `--ssl-key=${file("key.pem", certificate.key)}`,
        "--skip-name-resolve",
        "--innodb-flush-log-at-trx-commit=0",
        "--innodb-buffer-pool-size=8M",
      ]);
    },
  });
}
