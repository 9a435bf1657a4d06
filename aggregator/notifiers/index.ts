/** The one table of notifier kinds, and the door through which their options come in. */
import { QuorateError } from "../../shared/errors.ts";
import { maskOptions, unknownKind, unmaskOptions, validOptions } from "../../shared/options.ts";
import type { Options } from "../../shared/options.ts";
import type { NotifierKind, PreparedNotifier } from "../ports.ts";
import { alertmanagerKind } from "./alertmanager.ts";
import { discordKind } from "./discord.ts";
import { emailKind } from "./email.ts";
import { execKind } from "./exec.ts";
import { githubKind } from "./github.ts";
import { gitlabKind } from "./gitlab.ts";
import { googlechatKind } from "./googlechat.ts";
import { gotifyKind } from "./gotify.ts";
import { lokahiKind } from "./lokahi.ts";
import { matrixKind } from "./matrix.ts";
import { mattermostKind } from "./mattermost.ts";
import { ntfyKind } from "./ntfy.ts";
import { oncallKind } from "./oncall.ts";
import { opsgenieKind } from "./opsgenie.ts";
import { pagerdutyKind } from "./pagerduty.ts";
import { pushoverKind } from "./pushover.ts";
import { rocketchatKind } from "./rocketchat.ts";
import { signalKind } from "./signal.ts";
import { slackKind } from "./slack.ts";
import { splunkOncallKind } from "./splunkoncall.ts";
import { syslogKind } from "./syslog.ts";
import { teamsKind } from "./teams.ts";
import { telegramKind } from "./telegram.ts";
import { twilioKind } from "./twilio.ts";
import { webexKind } from "./webex.ts";
import { webhookKind } from "./webhook.ts";
import { zulipKind } from "./zulip.ts";

/** Every kind of notifier; a new kind is one file and one line here. */
export const NOTIFIER_KINDS: readonly NotifierKind[] = [
  webhookKind,
  lokahiKind,
  alertmanagerKind,
  pagerdutyKind,
  opsgenieKind,
  oncallKind,
  splunkOncallKind,
  slackKind,
  discordKind,
  teamsKind,
  mattermostKind,
  rocketchatKind,
  googlechatKind,
  webexKind,
  zulipKind,
  matrixKind,
  telegramKind,
  signalKind,
  ntfyKind,
  gotifyKind,
  pushoverKind,
  twilioKind,
  emailKind,
  githubKind,
  gitlabKind,
  syslogKind,
  execKind,
];

const NOUN = "notifier";

/** What the operator of the aggregator's machine allows its channels. */
export interface NotifierAllowance {
  /** Channels of kind exec may run commands on this machine. Default false. */
  exec: boolean;
}

const NOTHING_ALLOWED: NotifierAllowance = { exec: false };

/** The kind of that name; undefined if there is none. */
function notifierKind(name: string): NotifierKind | undefined {
  return NOTIFIER_KINDS.find(({ kind }) => kind === name);
}

/**
 * Validates options and makes a notifier of them. Throws QuorateError "invalid" with one issue for
 * everything wrong: path `kind` for an unknown kind or one that is not allowed here, else a path
 * that begins with `options`.
 */
export function prepareNotifier(
  name: string,
  options: unknown,
  allowed: NotifierAllowance = NOTHING_ALLOWED,
): PreparedNotifier {
  const kind = notifierKind(name);
  if (kind === undefined) throw unknownKind(name, NOUN, NOTIFIER_KINDS);
  const valid = validOptions(kind, NOUN, options);
  if (kind.needs !== undefined && !allowed[kind.needs]) throw notAllowed(name, kind.needs);
  return kind.prepare(valid);
}

function notAllowed(name: string, needs: string): QuorateError {
  const flag = `--allow-${needs}-channels`;
  const message = `expected another kind, or an aggregator that was started with ${flag}`;
  return new QuorateError("invalid", `Channels of kind ${name} are not allowed: ${message}.`, [
    { path: "kind", message },
  ]);
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
