/** What every kind of notifier keeps, whatever the receiver does. */
import assert from "node:assert/strict";
import test from "node:test";
import type { TestContext } from "node:test";
import type { SendOutcome } from "../../aggregator/ports.ts";
import {
  mergeSecretOptions,
  prepareNotifier,
  redactOptions,
} from "../../aggregator/notifiers/index.ts";
import { QuorateError } from "../../shared/errors.ts";
import { memoryThreads, messageOfEvent } from "../helpers/notifier-events.ts";
import type { NotifierSubject } from "../helpers/notifier-subjects.ts";
import { startWebhookReceiver, until } from "../helpers/webhook-receiver.ts";
import type { Answer, WebhookReceiver } from "../helpers/webhook-receiver.ts";

/** What a receiver may do, and whether it is a success and worth another attempt. */
interface Case {
  answer: Answer;
  ok: boolean;
  retry: boolean;
  retryAfterMs?: number;
}

const refused = (...statuses: readonly number[]): Case[] =>
  statuses.map((status) => ({ answer: { status }, ok: false, retry: false }));

const passing = (...statuses: readonly number[]): Case[] =>
  statuses.map((status) => ({ answer: { status }, ok: false, retry: true }));

const CASES: readonly Case[] = [
  ...refused(300, 304, 400, 401, 402, 403, 404, 405, 409, 410, 413, 415, 422, 431, 451),
  ...passing(408, 425, 500, 501, 502, 503, 504, 507, 599),
  {
    answer: { status: 429, headers: { "retry-after": "7" } },
    ok: false,
    retry: true,
    retryAfterMs: 7_000,
  },
  {
    answer: { status: 503, headers: { "retry-after": "Thu, 01 Jan 2026 00:02:00 GMT" } },
    ok: false,
    retry: true,
    retryAfterMs: 60_000,
  },
  ...[301, 302, 303, 307, 308].map((status) => ({
    answer: { status, headers: { location: "/elsewhere" } },
    ok: false,
    retry: false,
  })),
  { answer: "reset", ok: false, retry: true },
  { answer: "endless", ok: false, retry: true },
  { answer: "hang", ok: false, retry: true },
];

/** Holds a kind to the contract. */
export function notifierContract(subject: NotifierSubject): void {
  const name = subject.kind.kind;
  holdsAnswers(name, subject);
  holdsSecrets(name, subject);
  holdsOptions(name, subject);
}

/** Sends one message as a worker would. */
async function sendOnce(
  subject: NotifierSubject,
  receiver: Pick<WebhookReceiver, "url">,
  signal = new AbortController().signal,
): Promise<SendOutcome> {
  const notifier = prepareNotifier(subject.kind.kind, subject.options(receiver.url));
  return await notifier.send(messageOfEvent("target.down", memoryThreads()), signal);
}

async function makeReceiver(t: TestContext): Promise<WebhookReceiver> {
  const receiver = await startWebhookReceiver();
  t.after(() => receiver.close());
  return receiver;
}

function holdsAnswers(name: string, subject: NotifierSubject): void {
  test(`${name}: what its service says is a success`, async (t) => {
    const receiver = await makeReceiver(t);
    receiver.always({ status: 200, body: subject.okBody });
    const { ok, retry, status, retryAfterMs } = await sendOnce(subject, receiver);
    assert.deepEqual([ok, retry, status, retryAfterMs], [true, false, 200, null]);
  });
  test(`${name}: every answer is an outcome with a sentence, over few connections`, async (t) => {
    const receiver = await makeReceiver(t);
    for (const one of CASES) await holdsAnswer({ subject, receiver, ...one });
    // What ended well was used again; what was aborted may take until it would be idle to close.
    const badEnds = CASES.filter(({ answer }) => typeof answer === "string").length;
    await until("few connections", () => receiver.connections() <= 1 + badEnds);
    // One request each: nothing was followed, and nothing was repeated.
    assert.equal(receiver.received.length, CASES.length);
  });
  test(`${name}: a success whose body never ends is ended by the abort`, async (t) => {
    const receiver = await makeReceiver(t);
    receiver.always("ok_without_end");
    const controller = new AbortController();
    const sending = sendOnce(subject, receiver, controller.signal);
    await receiver.until(1);
    controller.abort();
    assert.match((await sending).detail, SENTENCE);
    assert.ok(receiver.connections() <= 1);
  });
  test(`${name}: nobody listening is worth another attempt`, async (t) => {
    const receiver = await makeReceiver(t);
    await receiver.close();
    const outcome = await sendOnce(subject, receiver);
    assert.deepEqual([outcome.ok, outcome.retry, outcome.status], [false, true, null]);
    assert.match(outcome.detail, /nothing is listening/);
  });
  test(`${name}: a send that is aborted before it began ends at once`, async (t) => {
    const receiver = await makeReceiver(t);
    const outcome = await sendOnce(subject, receiver, AbortSignal.abort());
    assert.equal(outcome.ok, false);
    assert.equal(receiver.received.length, 0);
  });
}

const SENTENCE = /^[A-Z].*[.…"]$/s;

interface Held extends Case {
  subject: NotifierSubject;
  receiver: WebhookReceiver;
}

async function holdsAnswer({ subject, receiver, answer, ...want }: Held): Promise<void> {
  const said = typeof answer === "string" ? answer : `status ${answer.status}`;
  const before = receiver.received.length;
  receiver.next(answer);
  const controller = new AbortController();
  const sending = sendOnce(subject, receiver, controller.signal);
  if (answer === "hang") {
    await receiver.until(before + 1);
    controller.abort();
  }
  const { ok, retry, retryAfterMs, detail } = await sending;
  assert.match(detail, SENTENCE, said);
  assert.deepEqual([ok, retry], [want.ok, want.retry], `${said}: ${detail}`);
  assert.equal(retryAfterMs, want.retryAfterMs ?? null, said);
}

function holdsSecrets(name: string, subject: NotifierSubject): void {
  const holdsNone = (text: string): void => {
    for (const secret of subject.secrets) assert.ok(!text.includes(secret), text);
  };
  test(`${name}: no secret stands in the destination or in an outcome`, async (t) => {
    const receiver = await makeReceiver(t);
    const heard = JSON.stringify({ heard: subject.secrets });
    const body = `${subject.secrets.join(" ")} ${heard}`;
    holdsNone(prepareNotifier(name, subject.options(receiver.url)).destination);
    for (const status of [200, 301, 400, 403, 429, 500]) {
      receiver.next({ status, body });
      holdsNone((await sendOnce(subject, receiver)).detail);
    }
    // The service repeats the request itself, its path and its headers, in whatever it says.
    const [seen] = receiver.received;
    const told = `${seen?.path} ${JSON.stringify(seen?.headers)}`;
    receiver.next({ status: 400, body: told }, { status: 500, body: `"${told}` });
    receiver.next({ status: 302, headers: { location: seen?.path ?? "" } });
    receiver.next({ status: 200, body: JSON.stringify({ ok: false, error: told }) });
    for (let times = 0; times < 4; times += 1) {
      holdsNone((await sendOnce(subject, receiver)).detail);
    }
    await receiver.close();
    holdsNone((await sendOnce(subject, receiver)).detail);
  });
  test(`${name}: shown options hold no secret, and sent back they keep the stored ones`, () => {
    const options = subject.options("http://127.0.0.1:9");
    const shown = redactOptions(name, options);
    holdsNone(JSON.stringify(shown));
    assert.deepEqual(Object.keys(shown), Object.keys(options));
    assert.deepEqual(mergeSecretOptions(name, shown, options), options);
    if (subject.secrets.length === 0) return;
    assert.throws(() => mergeSecretOptions(name, shown, {}), { code: "invalid" });
  });
  test(`${name}: an error of a secret option does not repeat its value`, () => {
    const options = subject.options("http://127.0.0.1:9");
    for (const secret of subject.kind.secretOptions) {
      const thrown = thrownBy(() =>
        prepareNotifier(name, { ...options, [secret]: "hunter2\nhunter2" }),
      );
      assert.equal(thrown.issues[0]?.path, `options.${secret}`);
      assert.ok(!JSON.stringify([thrown.message, thrown.issues]).includes("hunter2"));
    }
  });
}

function holdsOptions(name: string, subject: NotifierSubject): void {
  test(`${name}: an unknown option is refused by its path, with those that are known`, () => {
    const options = { ...subject.options("http://127.0.0.1:9"), colour: "red" };
    const { code, issues } = thrownBy(() => prepareNotifier(name, options));
    assert.equal(code, "invalid");
    assert.deepEqual(
      issues.map(({ path }) => path),
      ["options.colour"],
    );
    assert.match(issues[0]?.message ?? "", /expected one of /);
  });
  test(`${name}: options that are none are refused, not crashed on`, () => {
    for (const options of [null, undefined, 7, "text", [], {}]) {
      assert.equal(thrownBy(() => prepareNotifier(name, options)).code, "invalid");
    }
  });
}

function thrownBy(work: () => unknown): QuorateError {
  try {
    work();
  } catch (error) {
    if (error instanceof QuorateError) return error;
    throw error;
  }
  assert.fail("nothing was thrown");
}
