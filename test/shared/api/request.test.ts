import assert from "node:assert/strict";
import { test } from "node:test";
import { createApiClient } from "../../../shared/api/client.ts";

/** What a client says of an aggregator whose connection fails with this code. */
async function saidOf(code: string): Promise<string> {
  const cause = Object.assign(new Error("failed"), { code });
  const fetch = () => Promise.reject(new TypeError("fetch failed", { cause }));
  const client = createApiClient({ url: "https://10.0.0.5:7700", fetch });
  return client.system.version().then(
    () => "",
    (error: unknown) => String(error),
  );
}

test("an aggregator that cannot be reached is told with what to do about it", async () => {
  const running = /Cannot reach https:.*: ECONNREFUSED\. Is the aggregator running/;
  assert.match(await saidOf("ECONNREFUSED"), running);
  const untrusted = ["DEPTH_ZERO_SELF_SIGNED_CERT", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"];
  for (const code of untrusted) assert.match(await saidOf(code), /NODE_EXTRA_CA_CERTS=FILE/);
});
