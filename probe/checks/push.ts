/** The push kind: the target reports in to each of its vantages; silence is failure. */
import { createHash, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import type { CheckKind, PreparedCheck, PushReport } from "./check.ts";
import { abortOf, startLook } from "./look.ts";
import type { Look } from "./look.ts";
import { secretForms } from "./secrets.ts";

const pushSchema = z
  .strictObject({
    key: z
      .string()
      .min(16)
      .max(200)
      .regex(/^[\x21-\x7e]+$/, { error: "expected printable ASCII without spaces" })
      .describe("Secret that a report carries as `Authorization: Bearer`, 16 to 200 characters."),
    everyMs: z
      .int()
      .min(1_000)
      .max(2_678_400_000)
      .default(60_000)
      .describe("Time between two reports, milliseconds, 1000 to 31 days. Default 60000."),
    graceMs: z
      .int()
      .min(0)
      .max(86_400_000)
      .default(30_000)
      .describe("How late a report may be, milliseconds, 0 to 1 day. Default 30000."),
  })
  .meta({ id: "PushOptions", description: "Options of the push check." });

type PushOptions = z.output<typeof pushSchema>;

/** The push kind. */
export const pushKind: CheckKind<typeof pushSchema> = {
  kind: "push",
  summary:
    "The target reports to its probes by `POST /push/{target}`; a report of failure fails, and " +
    "none within its interval and grace is dead.",
  schema: pushSchema,
  secretOptions: ["key"],
  examples: [
    {
      title: "A nightly backup says that it is done",
      options: { key: "${secret:backup-key}", everyMs: 86_400_000, graceMs: 3_600_000 },
    },
    {
      title: "A worker reports every minute",
      options: { key: "${secret:worker-key}", everyMs: 60_000, graceMs: 30_000 },
    },
  ],
  notes: `The target reports to each probe that looks at it, so that silence is witnessed as
everything else is. A probe takes reports where \`--health-listen HOST:PORT\` says. For cron:

\`\`\`sh
report() {
  for probe in http://10.0.1.7:7702 http://10.0.2.7:7702 http://10.0.3.7:7702; do
    curl --silent --show-error --fail --max-time 10 --request POST "$@" \\
      --header "Authorization: Bearer $KEY" "$probe/push/nightly-backup"
  done
}
if backup; then report; else report --data status=fail --data message=failed; fi
\`\`\`

\`status\` is \`ok\` (default) or \`fail\`; \`message\` is shown to people. A probe that has just
started abstains until the first report came, or until interval and grace have passed. The endpoint
speaks plain HTTP: keep it in a network that you trust, or behind a proxy that speaks TLS.`,
  prepare: preparePush,
};

/** What one probe knows of the reports of one target. */
interface Reports {
  /** When this probe looked first, monotonic milliseconds; undefined before. */
  sinceMs: number | undefined;
  last: PushReport | undefined;
}

function preparePush(options: PushOptions): PreparedCheck {
  const reports: Reports = { sinceMs: undefined, last: undefined };
  const key = digest(options.key);
  return {
    endpoint: "push",
    receive(report) {
      // Digests have one length, so the comparison tells nothing of the key's.
      if (!timingSafeEqual(key, digest(report.key))) return false;
      reports.last = { ...report, key: "" };
      return true;
    },
    run(context, done) {
      const secrets = secretForms([options.key]);
      const look = startLook({ context, done, secrets, latencyLimitMs: undefined });
      reports.sinceMs ??= context.clock.monoMs();
      const soon = setImmediate(() => judge(look, options, reports));
      look.release = () => clearImmediate(soon);
      return abortOf(look);
    },
  };
}

const digest = (key: string): Buffer => createHash("sha256").update(key).digest();

function judge(look: Look, options: PushOptions, { sinceMs, last }: Reports): void {
  const { everyMs, graceMs } = options;
  const nowMs = look.context.clock.monoMs();
  const silentMs = nowMs - (last?.atMonoMs ?? sinceMs ?? nowMs);
  const expected = `expected one every ${seconds(everyMs)}`;
  if (silentMs > everyMs + graceMs) {
    return look.fail("push_silence", `No report for ${seconds(silentMs)}; ${expected}.`);
  }
  if (last === undefined) {
    return look.fail("push_waiting", `No report yet since this probe looks; ${expected}.`);
  }
  look.facts["reportAgeMs"] = Math.round(silentMs);
  if (!last.failed) return look.pass();
  const said = last.message === "" ? "" : `: ${look.quote(last.message, 200)}`;
  look.fail("push_failure", `It reported a failure ${seconds(silentMs)} ago${said}.`);
}

/** "95 s"; tenths only where they matter. */
function seconds(durationMs: number): string {
  const tenths = durationMs < 10_000 ? Math.round(durationMs / 100) / 10 : undefined;
  return `${tenths ?? Math.round(durationMs / 1_000)} s`;
}
