import assert from "node:assert/strict";
import { test } from "node:test";
import { CHECK_KINDS } from "../../probe/checks/index.ts";
import { Serving, startGrpc } from "../helpers/grpc-target.ts";
import { afterRequest, answers, startTarget } from "../helpers/target-server.ts";
import { checkContract } from "./check.ts";
import type { CheckContract } from "./check.ts";

const CONTRACTS: CheckContract[] = [
  {
    kind: "http",
    startGood: () => startTarget(answers({ body: "well" })),
    startBad: () => startTarget(answers({ status: 503 })),
    options: (host, port) => ({ url: `http://${host}:${port}/health` }),
  },
  {
    kind: "tcp",
    startGood: () => startTarget(afterRequest((socket) => void socket.end("+PONG\r\n"))),
    startBad: () => startTarget(afterRequest((socket) => void socket.end("-LOADING\r\n"))),
    options: (host, port) => ({ host, port, script: [{ send: "PING\r\n\r\n", expect: "+PONG" }] }),
  },
  {
    kind: "grpc",
    startGood: () => startGrpc({ status: Serving.SERVING }),
    startBad: () => startGrpc({ status: Serving.NOT_SERVING }),
    options: (host, port) => ({ host, port }),
  },
];

test("every kind of the table is under contract", () => {
  assert.deepEqual(
    CONTRACTS.map((contract) => contract.kind),
    CHECK_KINDS.map((kind) => kind.kind),
  );
});

for (const contract of CONTRACTS) checkContract(contract);
