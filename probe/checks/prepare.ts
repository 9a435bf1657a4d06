/** From a kind and its options to a check; secrets of the probe are filled in on the way. */
import { QuorateError } from "../../shared/errors.ts";
import { validOptions } from "../../shared/options.ts";
import type { Options } from "../../shared/options.ts";
import type { CheckOutcome } from "../../shared/outcome.ts";
import { REASONS } from "../../shared/reason.ts";
import type { CheckKind, CheckSite, PreparedCheck } from "./check.ts";
import { checkReferences, hasReference, resolveReferences } from "./secrets.ts";
import { secretForms, withoutSecretsIn } from "./secrets.ts";
import { safeDetail, withoutSecrets } from "./sentence.ts";

const NOUN = "check";

/**
 * Validates options and makes a check of them. Without a site, references to secrets stand as they
 * are written, and what only a probe can judge is left to it.
 */
export function prepareKind(kind: CheckKind, options: unknown, site?: CheckSite): PreparedCheck {
  const valid = validOptions(kind, NOUN, options);
  if (!isOptions(options) || !hasReference(options)) return prepared(kind, valid, site);
  checkReferences(options);
  return site === undefined
    ? preparedUnresolved(kind, options)
    : preparedWithSecrets(kind, options, site);
}

/** The check, or the check of the opposite. */
function prepared(kind: CheckKind, valid: unknown, site?: CheckSite): PreparedCheck {
  const check = kind.prepare(valid, site);
  const mustFail = isOptions(valid) && valid["mustFail"] === true;
  return mustFail ? opposite(check) : check;
}

/** Passes when the target does not; what says nothing about the target says nothing here too. */
function opposite(check: PreparedCheck): PreparedCheck {
  return {
    ...check,
    endpoint: `not ${check.endpoint}`,
    run: (context, done) => check.run(context, (outcome) => done(oppositeOf(outcome, check))),
  };
}

function oppositeOf(outcome: CheckOutcome, { endpoint }: PreparedCheck): CheckOutcome {
  const { phases, facts } = outcome;
  if (outcome.class === "ok") {
    const { class: outcomeClass, source } = REASONS.must_fail;
    const detail = safeDetail(`${endpoint} passed, although it must fail.`, []);
    return { ...outcome, class: outcomeClass, reason: "must_fail", detail, source };
  }
  if (outcome.class !== "sub" && outcome.class !== "dead") return outcome;
  const failedAs = { ...facts, failedAs: outcome.reason };
  return { class: "ok", reason: "ok", detail: "", phases, source: null, facts: failedAs };
}

/** Errors of options that hold a reference are not told: the probe will see another text. */
function preparedUnresolved(kind: CheckKind, options: Options): PreparedCheck {
  try {
    return prepared(kind, validOptions(kind, NOUN, options));
  } catch (thrown) {
    if (!(thrown instanceof QuorateError)) throw thrown;
    const issues = thrown.issues.filter(({ path }) => !hasReference(valueAt(options, path)));
    if (issues.length > 0) throw thrown;
    return neverRun(kind);
  }
}

function neverRun(kind: CheckKind): PreparedCheck {
  return {
    endpoint: kind.kind,
    run: () => {
      throw new Error("A check whose secrets were not filled in cannot run.");
    },
  };
}

function preparedWithSecrets(kind: CheckKind, options: Options, site: CheckSite): PreparedCheck {
  const resolved = resolveReferences(options, site.secrets);
  const forms = secretForms(resolved.secrets);
  try {
    // A secret may stand in any option now, so no value may be shown.
    const closed = { ...kind, secretOptions: Object.keys(resolved.options) };
    const check = kind.prepare(validOptions(closed, NOUN, resolved.options), site);
    return {
      ...check,
      endpoint: withoutSecrets(check.endpoint, forms),
      run: (context, done) => check.run({ ...context, secrets: forms }, done),
    };
  } catch (thrown) {
    if (thrown instanceof QuorateError) throw withoutSecretsIn(thrown, forms);
    throw thrown;
  }
}

/** The value at a path such as `options.tls.key`. */
function valueAt(options: Options, path: string): unknown {
  let at: unknown = options;
  for (const name of path.split(".").slice(1)) {
    if (!isOptions(at) && !Array.isArray(at)) return at;
    at = Object.entries(at).find(([key]) => key === name)?.[1];
  }
  return at;
}

function isOptions(value: unknown): value is Options {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
