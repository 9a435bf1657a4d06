import assert from "node:assert/strict";
import { test } from "node:test";
import { CHECK_KINDS } from "../../probe/checks/index.ts";
import { checkContract } from "./check.ts";
import type { CheckContract } from "./check.ts";
import { dnsContract } from "./checks/dns.ts";
import { execContract } from "./checks/exec.ts";
import { grpcContract } from "./checks/grpc.ts";
import { httpContract } from "./checks/http.ts";
import { icmpContract } from "./checks/icmp.ts";
import { mysqlContract } from "./checks/mysql.ts";
import { multistepContract } from "./checks/multistep.ts";
import { ntpContract } from "./checks/ntp.ts";
import { postgresContract } from "./checks/postgres.ts";
import { pushContract } from "./checks/push.ts";
import { redisContract } from "./checks/redis.ts";
import { smtpContract } from "./checks/smtp.ts";
import { tcpContract } from "./checks/tcp.ts";
import { tlsContract } from "./checks/tls.ts";
import { websocketContract } from "./checks/websocket.ts";

/** A new kind adds its file in `checks/` and one line here. */
const CONTRACTS: CheckContract[] = [
  httpContract,
  multistepContract,
  tcpContract,
  grpcContract,
  tlsContract,
  dnsContract,
  icmpContract,
  websocketContract,
  smtpContract,
  postgresContract,
  mysqlContract,
  redisContract,
  ntpContract,
  execContract,
  pushContract,
];

test("every kind of the table is under contract", () => {
  assert.deepEqual(
    CONTRACTS.map((contract) => contract.kind).toSorted(),
    CHECK_KINDS.map((kind) => kind.kind).toSorted(),
  );
});

for (const contract of CONTRACTS) checkContract(contract);
