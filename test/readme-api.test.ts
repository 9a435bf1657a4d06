/** The README's walk through the API, as it stands there, against a whole aggregator. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import test from "node:test";
import { promisify } from "node:util";
import { withApiRoom } from "./helpers/api-room.ts";
import { needs } from "./helpers/needs.ts";

/** The block of the README that speaks to the API by hand. */
function walkThrough(): string {
  const blocks = [...readFileSync("README.md", "utf8").matchAll(/^```sh\n([\s\S]*?)^```/gm)];
  const found = blocks.find(([, block = ""]) => block.startsWith("api() {"))?.[1];
  assert.ok(found !== undefined, "the README has no walk through the API");
  return found;
}

/** What follows each answer, so that a test can tell them apart. */
const MARK = "--- answered";

/** Before the walk: every curl says what it was answered, and no stream is waited for long. */
const PREFACE = `
curl() {
  local words=()
  for word in "$@"; do [ "$word" = 5 ] && word=0.5; words+=("$word"); done
  command curl -w '\\n${MARK} %{http_code} %{content_type}\\n' "\${words[@]}" 2> /dev/null
}
`;

interface Told {
  status: number;
  type: string;
  body: string;
}

function answersOf(output: string): Told[] {
  let body = "";
  const told: Told[] = [];
  for (const line of output.split("\n")) {
    const [, status, type = ""] = new RegExp(`^${MARK} (\\d+) ?(\\S*)`).exec(line) ?? [];
    if (status === undefined) body += line;
    else told.push({ status: Number(status), type: type.replace(/;$/, ""), body });
    if (status !== undefined) body = "";
  }
  return told;
}

test("the README's walk through the API works as it stands there", needs("curl"), () =>
  withApiRoom(async ({ url, secret }) => {
    const setting = `QUORATE_URL=${url} QUORATE_TOKEN=${secret}`;
    const script = `${setting}\n${PREFACE}\n${walkThrough()}`;
    const { stdout } = await promisify(execFile)("bash", ["-c", script]);
    const told = answersOf(stdout);
    const [created, listed, explained, silenced, stream, uptime, patched, deleted] = told;
    assert.deepEqual(
      told.map(({ status }) => status),
      [201, 200, 200, 201, 200, 200, 200, 204],
      stdout.slice(-2_000),
    );
    assert.match(created?.body ?? "", /"name":"shop".*"revision":1/);
    assert.match(listed?.body ?? "", /^\{"items":\[\{"name":"shop","verdict":\{[^}]*\}\}\]/);
    assert.match(explained?.body ?? "", /"sentence":"Unknown since .*: no vantage looks at it/);
    assert.match(silenced?.body ?? "", /"state":"active"/);
    assert.equal(stream?.type, "text/event-stream");
    assert.match(uptime?.body ?? "", /"budget":\{/);
    assert.match(patched?.body ?? "", /"intervalMs":10000/);
    assert.equal(deleted?.body, "");
  }),
);
