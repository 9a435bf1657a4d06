/** `quorate notifications`: what was sent where, and what became of it. */
import { Option } from "commander";
import type { Command } from "commander";
import type { NotificationOptions } from "../../shared/api/calls/alerts.ts";
import type { ApiDelivery, ApiNotification } from "../../shared/api/channel.ts";
import type { ApiPage } from "../../shared/api/common.ts";
import type { CliContext } from "./context.ts";
import type { Paint } from "./printer.ts";
import { addListVerb, addVerb, gather, openSession, printDone, printList } from "./session.ts";
import type { ClientFlags, ListFlags, Session } from "./session.ts";
import type { Cell } from "./table.ts";
import { dateTime, formatDuration } from "./words.ts";

const STATES = ["pending", "delivered", "dead", "withheld"];

/** Adds `quorate notifications`. */
export function addNotifications(program: Command, context: CliContext): void {
  const notifications = program
    .command("notifications")
    .description("notifications: what was sent, and what became of it");
  addListVerb(notifications, "list", "list notifications, newest first")
    .addOption(new Option("--state <state>", "only in this state").choices(STATES))
    .option("--channel <channel>", "only of this channel")
    .action(async (flags: ListFlags & NotificationOptions) => {
      const session = openSession(context, flags);
      const { state, channel } = flags;
      list(
        session,
        await gather(flags.limit, (query) =>
          session.client.notifications.list({ ...query, state, channel }),
        ),
      );
    });
  addVerb(notifications, "deliveries <notification>", "every attempt to deliver it").action(
    async (id: string, flags: ClientFlags) => {
      const session = openSession(context, flags);
      listDeliveries(session, await session.client.notifications.deliveries(id));
    },
  );
  addVerb(notifications, "requeue <notification>", "try a dead notification again").action(
    async (id: string, flags: ClientFlags) => {
      const session = openSession(context, flags);
      const answer = await session.client.notifications.requeue(id);
      printDone(session, `${id} is pending again, due now.`, answer);
    },
  );
}

function stateCell(state: ApiNotification["state"], paint: Paint): Cell {
  switch (state) {
    case "delivered":
      return { text: state, paint: paint.green };
    case "pending":
      return { text: state, paint: paint.yellow };
    case "dead":
      return { text: state, paint: paint.red };
    case "withheld":
      return { text: state, paint: paint.gray };
  }
}

function list(session: Session, page: ApiPage<ApiNotification>): void {
  printList(session, {
    page,
    empty: "There are no notifications.",
    columns: [
      { header: "NOTIFICATION", widthMin: 24, widthMax: 80 },
      { header: "STATE" },
      { header: "TRIES", align: "right" },
      { header: "CREATED (UTC)", whole: true, drop: 1 },
      { header: "NEXT (UTC)", whole: true, drop: 2 },
      { header: "WHY", widthMin: 16, widthMax: 300 },
    ],
    row: (one) => [
      one.id,
      stateCell(one.state, session.printer.paint),
      String(one.attempts),
      dateTime(one.createdAt),
      dateTime(one.nextAttemptAt),
      one.lastError ?? one.reason,
    ],
  });
}

function listDeliveries(session: Session, page: ApiPage<ApiDelivery>): void {
  const { paint } = session.printer;
  printList(session, {
    page,
    empty: "It was not tried yet.",
    columns: [
      { header: "TRY", align: "right" },
      { header: "AT (UTC)", whole: true },
      { header: "TOOK", align: "right" },
      { header: "STATUS", align: "right" },
      { header: "OUTCOME" },
      { header: "WHY", widthMin: 16, widthMax: 300 },
    ],
    row: ({ attempt, at, durationMs, status, ok, detail }) => [
      String(attempt),
      dateTime(at),
      formatDuration(durationMs),
      status === null ? "-" : String(status),
      ok ? { text: "delivered", paint: paint.green } : { text: "failed", paint: paint.red },
      detail,
    ],
  });
}
