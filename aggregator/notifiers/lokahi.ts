/**
 * Lokahi's webhook: a protobuf CheckStatus, so that receivers written for Lokahi go on working.
 * Content type, fields and user agent are those that its receivers know; see
 * shared/proto/lokahi/check_status.proto.
 */
import { Check_State, CheckStatus } from "../../shared/proto/gen/lokahi/check_status.ts";
import type { VerdictState } from "../../shared/verdict.ts";
import { httpKind, postTo } from "./http-kind.ts";
import { subjectOf } from "./message.ts";
import type { Message } from "./message.ts";
import { urlOption } from "./options.ts";

/** States of Lokahi; what is neither up nor down is an error of the check there. */
const STATES: Readonly<Record<VerdictState, Check_State>> = {
  unknown: Check_State.INIT,
  up: Check_State.UP,
  degraded: Check_State.UP,
  partial: Check_State.ERROR,
  suspect: Check_State.ERROR,
  recovering: Check_State.ERROR,
  sub_healthy: Check_State.DOWN,
  down: Check_State.DOWN,
};

/** What an event that is no state of a target is, by what it asks for. */
const BY_ACTION: Readonly<Record<Message["action"], Check_State>> = {
  trigger: Check_State.DOWN,
  resolve: Check_State.UP,
  inform: Check_State.INIT,
};

/** The Lokahi kind of notifier. */
export const lokahiKind = httpKind({
  kind: "lokahi",
  summary: "Posts a protobuf CheckStatus, as Lokahi did; for receivers written for Lokahi.",
  options: {
    url: urlOption().describe(
      "The receiver's URL; of a Twirp receiver it ends in /twirp/github.xe.lokahi.Webhook/Handle.",
    ),
  },
  secretOptions: [],
  destination: ({ url }) => postTo(url),
  secrets: () => [],
  request: ({ options: { url }, message }) => ({
    url,
    headers: {
      "content-type": "application/protobuf",
      accept: "application/protobuf",
      "user-agent": "lokahi/dev (+https://github.com/Xe/lokahi)",
      // Lokahi sent no id; a receiver that looks for it can tell a repeated message by it.
      "webhook-id": message.id,
    },
    body: CheckStatus.encode(statusOf(message, url)).finish(),
  }),
});

function statusOf(message: Message, webhookUrl: string): CheckStatus {
  const { data } = message.event;
  return CheckStatus.fromPartial({
    check: {
      id: data.target?.id ?? data.probe?.id ?? message.thread,
      url: subjectOf(data),
      webhookUrl,
      playbookUrl: data.target?.playbookUrl ?? "",
      state: stateOf(message),
    },
  });
}

function stateOf({ event, action }: Message): Check_State {
  const state = Object.entries(STATES).find(([name]) => event.type === `target.${name}`);
  return state?.[1] ?? BY_ACTION[action];
}
