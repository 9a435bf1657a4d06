/** A real Prometheus that reads the verdicts of a real mesh, which tells an outside URL too. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { needs } from "../helpers/needs.ts";
import { patiently } from "../helpers/patience.ts";
import { startPrometheus } from "../helpers/prometheus.ts";
import { addProbes, openRealMesh } from "../helpers/real-mesh.ts";
import type { OpenMesh } from "../helpers/real-mesh.ts";
import { answers, startTarget } from "../helpers/target-server.ts";
import { startWebhookReceiver } from "../helpers/webhook-receiver.ts";

test(
  "Prometheus answers with the verdict of a target, and evaluates every alert rule",
  { timeout: 170_000, ...needs("prometheus") },
  async () => {
    const outside = await startWebhookReceiver();
    const flags = ["--dead-man", `${outside.url}/ping/s3cret`, "--dead-man-every", "1s"];
    const mesh = await openRealMesh({ flags });
    mesh.onClose(() => outside.close());
    try {
      await follow(mesh);
      await patiently("the outside URL is told", () => outside.received.length > 0);
      assert.equal(outside.received[0]?.path, "/ping/s3cret");
      assert.ok(!mesh.aggregator().errors().includes("s3cret"));
    } catch (error) {
      throw new Error(`${String(error)}\n${await mesh.report()}`, { cause: error });
    } finally {
      await mesh.close();
    }
  },
);

async function follow(mesh: OpenMesh): Promise<void> {
  const target = await startTarget(answers({ body: "a" }));
  mesh.onClose(() => target.close());
  await addProbes(mesh, "rack-a", "rack-b", "rack-c");
  await mesh.addTarget("shop", target.port);
  await mesh.untilWell("shop");
  const { id } = await mesh.client.targets.get("shop");
  const prometheus = await startPrometheus(new URL(mesh.url).host);
  mesh.onClose(() => prometheus.close());
  const verdict = async (state: string): Promise<boolean> => {
    const found = await prometheus.query(`quorate_target_verdict{target="${id}"}`);
    return found.length === 1 && found[0]?.labels["state"] === state && found[0].value === 1;
  };
  await patiently("Prometheus sees it up", () => verdict("up"));
  const slow = "histogram_quantile(0.95, quorate_check_latency_seconds_bucket)";
  const latencies = await prometheus.query(slow);
  assert.equal(latencies.length, 3);
  assert.ok(latencies.every(({ value }) => value > 0));
  const healthy = await prometheus.query('sum(quorate_vantages{state="healthy"})');
  assert.equal(healthy[0]?.value, 3);

  const dashboard = readFileSync("deploy/grafana/quorate.json", "utf8");
  for (const [, text = ""] of dashboard.matchAll(/"expr": ("(?:[^"\\]|\\.)*")/g)) {
    const expression = String(JSON.parse(text))
      .replaceAll("$__rate_interval", "1m")
      .replaceAll(/\$(job|instance)/g, ".*");
    // What Prometheus cannot read is no success, and fails.
    await prometheus.query(expression);
  }

  await target.close();
  await mesh.untilState("shop", "down");
  await patiently("Prometheus sees it down", () => verdict("down"));

  const file = readFileSync("deploy/prometheus/quorate.rules.yml", "utf8");
  const written = [...file.matchAll(/- alert: (\w+)/g)].map(([, name]) => name ?? "");
  assert.ok(written.length > 0);
  await patiently("every rule is evaluated", async () => {
    const rules = await prometheus.rules();
    return rules.size === written.length && written.every((name) => rules.get(name) === "ok");
  });
}
