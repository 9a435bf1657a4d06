/** The multistep kind: several HTTP requests, values carried from one to the next. */
import { QuorateError } from "../../shared/errors.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { CheckKind, PreparedCheck } from "./check.ts";
import { compileExpectations } from "./http-assert.ts";
import type { HttpAnswer, HttpExpectations } from "./http-assert.ts";
import { createCookieJar } from "./http-cookies.ts";
import type { CookieJar } from "./http-cookies.ts";
import { ask } from "./http-exchange.ts";
import type { Exchange } from "./http-exchange.ts";
import { payloadOf } from "./http-payload.ts";
import { firstHop } from "./http-request.ts";
import type { RequestOptions } from "./http-request.ts";
import { dialOf } from "./http.ts";
import { abortOf, startLook } from "./look.ts";
import type { Look } from "./look.ts";
import { compileCarries } from "./multistep-carry.ts";
import type { Carry } from "./multistep-carry.ts";
import { MULTISTEP_EXAMPLES, multistepSchema } from "./multistep-options.ts";
import type { MultistepOptions, StepOptions } from "./multistep-options.ts";
import { fillText, fillUrl, originOf, placeholdersOf } from "./multistep-text.ts";
import type { Carried } from "./multistep-text.ts";
import { quoted } from "./sentence.ts";
import { secretForms } from "./secrets.ts";
import { planTls } from "./tls.ts";

/** The multistep kind. */
export const multistepKind: CheckKind<typeof multistepSchema> = {
  kind: "multistep",
  summary: "Sends HTTP requests in order; what one answers can be used by those behind it.",
  schema: multistepSchema,
  examples: MULTISTEP_EXAMPLES,
  secretOptions: ["secrets", "proxy.password", "tls.key"],
  prepare: prepareMultistep,
};

/** One step, compiled. */
interface Step {
  options: StepOptions;
  expect: HttpExpectations;
  carries: readonly Carry[];
}

interface Course {
  options: MultistepOptions;
  steps: readonly Step[];
  /** What all steps have in common. */
  common: Pick<Exchange, "tls" | "dial">;
}

/** A walk through the steps. */
interface Walk {
  course: Course;
  look: Look;
  values: Map<string, string>;
  jar: CookieJar | undefined;
  /** Index of the step that is under way. */
  at: number;
}

function prepareMultistep(options: MultistepOptions): PreparedCheck {
  const tls = planTls(options.tls, options.httpVersion === "2" ? "h2" : undefined);
  const steps = options.steps.map((step, index) => {
    const path = `options.steps.${index}`;
    const expect = compileExpectations(step, path);
    return { options: step, expect, carries: compileCarries(step.carry, `${path}.carry`) };
  });
  checkNames(options);
  const course: Course = { options, steps, common: { tls, dial: dialOf(options, tls) } };
  const { password } = options.proxy ?? {};
  const hidden = [...Object.values(options.secrets), ...(password === undefined ? [] : [password])];
  const secrets = secretForms(hidden);
  const { latencyLimitMs } = options;
  const origin = originOf(options.steps[0]?.url ?? "");
  return {
    endpoint: `${steps.length} steps from ${origin}`,
    run(context, done) {
      const look = startLook({ context, done, secrets, latencyLimitMs });
      const jar = options.cookies ? createCookieJar() : undefined;
      const values = new Map(Object.entries(options.secrets));
      takeStep({ course, look, values, jar, at: 0 });
      return abortOf(look);
    },
  };
}

/** A name must be known before it is used: a secret, or carried by an earlier step. */
function checkNames({ steps, secrets }: MultistepOptions): void {
  const known = new Set(Object.keys(secrets));
  for (const [index, step] of steps.entries()) {
    for (const [option, text] of textsOf(step)) {
      const unknown = placeholdersOf(text).find((name) => !known.has(name));
      if (unknown === undefined) continue;
      const path = `options.steps.${index}.${option}`;
      const message = `expected a secret or a value of an earlier step, found {{${unknown}}}`;
      throw new QuorateError("invalid", `${path}: ${message}.`, [{ path, message }]);
    }
    for (const name of Object.keys(step.carry)) known.add(name);
  }
}

/** Texts of a step that may hold names, each with the option that it belongs to. */
function textsOf(step: StepOptions): (readonly [string, string])[] {
  const { url, headers, body, form, multipart } = step;
  return [
    ["url", url],
    ...Object.entries(headers).map(([name, text]) => [`headers.${name}`, text] as const),
    ["body", body ?? ""],
    ...Object.entries(form ?? {}).map(([name, text]) => [`form.${name}`, text] as const),
    ...(multipart ?? []).map(({ value }, at) => [`multipart.${at}.value`, value] as const),
  ];
}

function takeStep(walk: Walk): void {
  const { course, look, values, jar } = walk;
  const step = course.steps[walk.at];
  if (step === undefined) return look.pass();
  look.facts["step"] = step.options.name;
  look.about = `Step ${quoted(step.options.name)}: `;
  const flaw = valueFlaw(step.options, values);
  if (flaw !== undefined) return look.fail("protocol_error", flaw);
  const exchange: Exchange = {
    ...course.common,
    options: requestOf(course.options, step.options, values),
    payload: payloadOf(filledPayload(step.options, values)),
    expect: step.expect,
    wantsBody: step.carries.some((carry) => carry.needsBody),
    bodyBytesMax: step.options.bodyBytesMax,
    maxRedirects: step.options.maxRedirects,
    passed: (_asking, answer) => carryOn(walk, step, answer),
  };
  ask(exchange, {
    look,
    hop: firstHop(exchange, fillUrl(step.options.url, values)),
    redirects: 0,
    jar,
  });
}

function requestOf(options: MultistepOptions, step: StepOptions, values: Carried): RequestOptions {
  const { family, resolver, sourceAddress, httpVersion, compressed, redirects } = options;
  const headers = filled(step.headers, values);
  const { method } = step;
  const own = { method, headers, secretHeaders: {} };
  return { ...own, family, resolver, sourceAddress, httpVersion, compressed, redirects };
}

function filled(texts: Readonly<Record<string, string>>, values: Carried): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, fillText(text, values)]),
  );
}

function filledPayload({ body, form, multipart }: StepOptions, values: Carried) {
  return {
    body: body === undefined ? undefined : fillText(body, values),
    form: form === undefined ? undefined : filled(form, values),
    multipart: multipart?.map((part) => ({ ...part, value: fillText(part.value, values) })),
  };
}

/** What an answer gave may not fit where it is used: a line break would add a header. */
function valueFlaw({ url, headers }: StepOptions, values: Carried): string | undefined {
  for (const [header, text] of Object.entries(filled(headers, values))) {
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(text)) {
      return `a value of an answer does not fit the header ${quoted(header)}.`;
    }
  }
  const full = fillUrl(url, values);
  const stays = URL.canParse(full) && new URL(full).origin === originOf(url);
  return stays ? undefined : `a value of an answer leads away from ${originOf(url)}.`;
}

function carryOn(walk: Walk, { carries }: Step, answer: HttpAnswer): void {
  const { look, values } = walk;
  for (const carry of carries) {
    const taken = carry.take(answer, look);
    if ("reason" in taken) {
      return look.fail(taken.reason, taken.detail);
    }
    values.set(carry.name, taken.value);
    // A token is carried like any other value; short ones are no secrets, and would blank words.
    if (taken.value.length >= LIMITS.hiddenValueCharsMin) look.hide(taken.value);
  }
  look.release();
  look.release = () => undefined;
  takeStep({ ...walk, at: walk.at + 1 });
}
