import assert from "node:assert/strict";
import { test } from "node:test";
import { VERSION } from "../../../shared/version.ts";
import { cliAgainst, problem, startCli } from "./fake-api.ts";
import { pageOf, sampleTarget } from "./samples.ts";

const listed = { "GET /targets": { json: pageOf(sampleTarget()) } };

test("a command that worked ends with 0", async () => {
  const { code, out } = await cliAgainst(listed, ["targets", "list"]);
  assert.equal(code, 0);
  assert.match(out, /^TARGET .*\ncheckout +http +up /);
});

test("a refusal ends with 1 and tells every issue with its path", async () => {
  const issues = [{ path: "intervalMs", message: "expected at least 200", value: "5" }];
  const answers = { "POST /targets": problem("invalid", "The input has 1 problem.", issues) };
  const args = ["targets", "create", "checkout", "--url", "http://x/", "--interval", "5ms"];
  const { code, err } = await cliAgainst(answers, args);
  assert.equal(code, 1);
  assert.equal(
    err,
    "error: The input has 1 problem.\n  intervalMs: expected at least 200 (found 5)\n",
  );
});

test("a dead man's switch whose URL cannot be read does not show the URL, a secret", async () => {
  for (const url of ["ftp://x/s3cret", "s3cret"]) {
    const { code, err } = await cliAgainst(listed, ["aggregator", "--dead-man", url]);
    assert.equal(code, 2);
    assert.match(err, /Expected an http or https URL in --dead-man\./);
    assert.ok(!err.includes("s3cret"), err);
  }
  const often = ["--dead-man", "http://x/", "--dead-man-every", "10ms"];
  const { code, err } = await cliAgainst(listed, ["aggregator", ...often]);
  assert.equal(code, 2);
  assert.match(err, /Expected 1s to 1d in --dead-man-every\./);
});

test("a command line that cannot be understood ends with 2 and sends nothing", async () => {
  for (const args of [
    ["frobnicate"],
    ["targets"],
    ["targets", "frobnicate"],
    ["targets", "get"],
    ["targets", "list", "--frobnicate"],
    ["targets", "list", "--limit", "0"],
    ["targets", "create", "checkout"],
    ["targets", "create", "checkout", "--url", "http://x/", "--interval", "30"],
    ["targets", "patch", "checkout"],
    ["probes", "create", "rack-a", "--region", "east"],
    ["tokens", "create", "x", "--scope", "root"],
    ["channels", "create", "x", "--new-secret", "--secret-file", "f"],
    ["aggregator", "--tls-cert", "cert.pem"],
    ["probe", "--aggregator", "127.0.0.1:7701"],
    ["mesh", "--listen", "127.0.0.1:7", "--grpc-listen", "127.0.0.1:7"],
    ["verdicts", "list", "--api", "ftp://x/"],
  ]) {
    const { code, err, asked } = await cliAgainst(listed, args);
    assert.equal(code, 2, args.join(" "));
    assert.notEqual(err, "", args.join(" "));
    assert.deepEqual(asked, [], args.join(" "));
  }
});

test("what does not exist ends with 3", async () => {
  const { code, err } = await cliAgainst({}, ["targets", "get", "nothing"]);
  assert.equal(code, 3);
  assert.equal(err, "error: No such thing.\n");
});

test("a missing token and a scope that is too small end with 4", async () => {
  for (const error of ["unauthenticated", "forbidden"] as const) {
    const answers = { "GET /targets": problem(error, "Not with this token.") };
    assert.equal((await cliAgainst(answers, ["targets", "list"])).code, 4);
  }
});

test("an aggregator that cannot be reached ends with 5 and says where", async () => {
  const { code, err } = await startCli(["targets", "list", "--api", "http://127.0.0.1:1"]).done;
  assert.equal(code, 5);
  assert.match(err, /^error: Cannot reach http:\/\/127\.0\.0\.1:1/);
});

test("the exit codes and the version are told", async () => {
  const codes = await startCli(["help", "exit-codes"]).done;
  assert.equal(codes.code, 0);
  assert.match(codes.out, /^CODE {2}MEANING\n {3}0 {2}It worked\.\n {3}1 /);
  for (const args of [["version"], ["--version"]]) {
    assert.deepEqual(await startCli(args).done, { code: 0, out: `${VERSION}\n`, err: "" });
  }
});

test("help of every program and noun ends with 0", async () => {
  const programs = ["mesh", "aggregator", "probe", "duke", "hook"];
  const nouns = ["targets", "probes", "verdicts", "incidents", "channels", "notifications"];
  for (const name of [...programs, ...nouns, "events", "tokens"]) {
    const { code, out } = await startCli([name, "--help"]).done;
    assert.equal(code, 0, name);
    assert.match(out, new RegExp(`^Usage: quorate ${name}`));
  }
});

test("the programs get their flags, and their exit code is the command's", async () => {
  const seen: object[] = [];
  const run = (flags: object): Promise<number> => {
    const plain = Object.entries(flags).filter(([name]) => name !== "stopSignal");
    return Promise.resolve(seen.push(Object.fromEntries(plain)) + 6);
  };
  const programs = { aggregator: run, probe: run };
  const settings = { url: "", token: null, probeToken: "qrt_probe_x", noColor: true };
  const aggregator = startCli(["aggregator", "--listen", "[::1]:0"], { programs });
  assert.equal((await aggregator.done).code, 7);
  const probe = ["probe", "--aggregator", "127.0.0.1:7701", "--no-health", "--data", "spool"];
  assert.equal((await startCli(probe, { programs, settings }).done).code, 8);
  assert.deepEqual(seen, [
    {
      data: "./.quorate",
      listen: { host: "::1", port: 0 },
      grpcListen: { host: "127.0.0.1", port: 7701 },
      insecure: false,
      heartbeatMs: 5_000,
      keepLog: 30 * 86_400_000,
      deadManEvery: 60_000,
      sessionIdle: 12 * 3_600_000,
      sessionMax: 7 * 86_400_000,
      logLevel: "info",
    },
    {
      aggregator: { host: "127.0.0.1", port: 7701 },
      token: "qrt_probe_x",
      data: "spool",
      insecure: false,
      healthListen: null,
      workers: 0,
      logLevel: "info",
    },
  ]);
});
