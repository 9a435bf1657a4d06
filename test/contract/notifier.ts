/** What every kind of notifier keeps, whatever the receiver does. */
import assert from "node:assert/strict";
import test from "node:test";
import type { TestContext } from "node:test";
import type { NotifierKind, SendOutcome } from "../../aggregator/ports.ts";
import {
  mergeSecretOptions,
  prepareNotifier,
  redactOptions,
} from "../../aggregator/notifiers/index.ts";
import { systemClock } from "../../shared/clock.ts";
import { QuorateError } from "../../shared/errors.ts";
import { startWebhookReceiver, until } from "../helpers/webhook-receiver.ts";
import type { Answer, WebhookReceiver } from "../helpers/webhook-receiver.ts";

/** A kind under the contract. */
export interface NotifierSubject {
  kind: NotifierKind;
  /** Valid options that send to this URL, every secret option set. */
  options(url: string): Record<string, unknown>;
  /** The texts that stand in the secret options. */
  secrets: readonly string[];
}

const BODY = '{"id":"evt_tgt_web_t4","type":"target.down","timestamp":"…","data":{}}';

/** What a receiver may do, and whether it is a success and worth another attempt. */
const ANSWERS: readonly { answer: Answer; ok: boolean; retry: boolean }[] = [
  { answer: { status: 200, body: "fine" }, ok: true, retry: false },
  { answer: "ok_without_end", ok: true, retry: false },
  { answer: { status: 500 }, ok: false, retry: true },
  { answer: { status: 429, headers: { "retry-after": "7" } }, ok: false, retry: true },
  { answer: { status: 400 }, ok: false, retry: false },
  { answer: { status: 302, headers: { location: "/elsewhere" } }, ok: false, retry: false },
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
  const atMs = systemClock().wallMs();
  return await notifier.send({ id: "msg_tgt_web_t4_chn_a", body: BODY, atMs }, signal);
}

async function makeReceiver(t: TestContext): Promise<WebhookReceiver> {
  const receiver = await startWebhookReceiver();
  t.after(() => receiver.close());
  return receiver;
}

function holdsAnswers(name: string, subject: NotifierSubject): void {
  for (const { answer, ok, retry } of ANSWERS) {
    const said = typeof answer === "string" ? answer : `status ${answer.status}`;
    test(`${name}: ${said} is an outcome with a sentence, and no connection stays`, async (t) => {
      const receiver = await makeReceiver(t);
      receiver.always(answer);
      const controller = new AbortController();
      const sending = sendOnce(subject, receiver, controller.signal);
      await receiver.until(1);
      if (answer === "hang" || answer === "ok_without_end") controller.abort();
      const outcome = await sending;
      assert.ok(/^[A-Z].*[.…"]$/.test(outcome.detail), outcome.detail);
      // An abort may come before the status was read.
      if (answer !== "ok_without_end") assert.deepEqual([outcome.ok, outcome.retry], [ok, retry]);
      await until("closed connections", () => receiver.connections() === 0);
      assert.equal(receiver.received.length, 1);
    });
  }
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
  });
}

function holdsSecrets(name: string, subject: NotifierSubject): void {
  const holdsNone = (text: string): void => {
    for (const secret of subject.secrets) assert.ok(!text.includes(secret), text);
  };
  test(`${name}: no secret stands in the destination or in an outcome`, async (t) => {
    const receiver = await makeReceiver(t);
    const body = JSON.stringify({ heard: subject.secrets });
    receiver.always({ status: 400, body: `${subject.secrets.join(" ")} ${body}` });
    const options = subject.options(receiver.url);
    holdsNone(prepareNotifier(name, options).destination);
    holdsNone((await sendOnce(subject, receiver)).detail);
  });
  test(`${name}: shown options hold no secret, and sent back they keep the stored ones`, () => {
    const options = subject.options("http://127.0.0.1:9");
    const shown = redactOptions(name, options);
    holdsNone(JSON.stringify(shown));
    assert.deepEqual(Object.keys(shown), Object.keys(options));
    assert.deepEqual(mergeSecretOptions(name, shown, options), options);
    assert.throws(() => mergeSecretOptions(name, shown, {}), { code: "invalid" });
  });
  test(`${name}: an error of a secret option does not repeat its value`, () => {
    const options = subject.options("http://127.0.0.1:9");
    for (const secret of subject.kind.secretOptions) {
      const thrown = thrownBy(() =>
        prepareNotifier(name, { ...options, [secret]: "hunter2hunter2" }),
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
