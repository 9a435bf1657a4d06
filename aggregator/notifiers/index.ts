/** The one table of notifier kinds, and the door through which their options come in. */
import { maskOptions, unknownKind, unmaskOptions, validOptions } from "../../shared/options.ts";
import type { Options } from "../../shared/options.ts";
import type { NotifierKind, PreparedNotifier } from "../ports.ts";
import { webhookKind } from "./webhook.ts";

/** Every kind of notifier; a new kind is one file and one line here. */
export const NOTIFIER_KINDS: readonly NotifierKind[] = [webhookKind];

const NOUN = "notifier";

/** The kind of that name; undefined if there is none. */
function notifierKind(name: string): NotifierKind | undefined {
  return NOTIFIER_KINDS.find(({ kind }) => kind === name);
}

/**
 * Validates options and makes a notifier of them. Throws QuorateError "invalid" with one issue for
 * everything wrong: path `kind` for an unknown kind, else a path that begins with `options`.
 */
export function prepareNotifier(name: string, options: unknown): PreparedNotifier {
  const kind = notifierKind(name);
  if (kind === undefined) throw unknownKind(name, NOUN, NOTIFIER_KINDS);
  return kind.prepare(validOptions(kind, NOUN, options));
}

/** Options as they may be shown: secrets read `***`; of an unknown kind everything does. */
export function redactOptions(name: string, options: Options): Options {
  return maskOptions(options, notifierKind(name)?.secretOptions);
}

/**
 * Options of a write in which `***` stands for the secret that is stored. Throws QuorateError
 * "invalid" where nothing is stored; give `{}` as `stored` for a channel that is new or was of
 * another kind.
 */
export function mergeSecretOptions(name: string, options: Options, stored: Options): Options {
  return unmaskOptions(options, stored, notifierKind(name)?.secretOptions ?? []);
}
