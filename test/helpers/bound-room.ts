/** A room with a target of team pay and one of team shop, each with all that can be told of it. */
import { targetSchema } from "../../shared/api/target.ts";
import type { ApiTarget } from "../../shared/api/target.ts";
import type { PublicEvent } from "../../shared/event.ts";
import { isoTime } from "../../shared/clock.ts";
import type { Answer, Call, HttpRoom } from "./http-room.ts";
import { withHttpRoom } from "./http-room.ts";
import { intent } from "./store-data.ts";

/** The room, with what is in it. */
export interface BoundRoom extends HttpRoom {
  /** Target of team pay. */
  own: ApiTarget;
  /** Target of team shop, whose name is found nowhere else. */
  other: ApiTarget;
  /** Calls with a token of this scope that is bound to team pay. */
  as(scope: "read" | "write" | "calls", request: string, call?: Call): Promise<Answer>;
}

/** Labels that the tokens are bound to. */
export const BOUND = { team: "pay" };

/** A target of a team, as input. */
export function targetOf(name: string, team: string, more: object = {}) {
  const options = { host: "127.0.0.1", port: 80 };
  return { name, kind: "tcp", options, labels: { team }, ...more };
}

/** An event that tells of a target. */
export function eventOf({ id, name, kind, labels }: ApiTarget, eventId: string): PublicEvent {
  const target = { id, name, kind, labels };
  const data = {
    sentence: `Nobody reaches ${name}.`,
    target,
    from: "suspect",
    to: "down",
  } as const;
  return { id: eventId, type: "target.down", timestamp: isoTime(1_767_225_600_000), data };
}

/** Opens a room for one test, and closes it. */
export function withBoundRoom(use: (room: BoundRoom) => Promise<void>): Promise<void> {
  return withHttpRoom(async (room) => {
    const create = async (name: string, team: string): Promise<ApiTarget> => {
      const body = targetOf(name, team);
      const made = await room.expect(201, "POST /api/v1/targets", { body });
      return targetSchema.parse(made.body);
    };
    const own = await create("checkout", "pay");
    const other = await create("warehouse", "shop");
    for (const target of [own, other]) await happenTo(room, target);
    const secrets = new Map<string, string | null>();
    const as: BoundRoom["as"] = async (scope, request, call = {}) => {
      const token = secrets.get(scope) ?? (await room.secret({ scope, labels: BOUND }));
      secrets.set(scope, token);
      return room.call(request, { ...call, token });
    };
    await use({ ...room, own, other, as });
  });
}

/** An event, an incident, a notification and a transition of a target. */
async function happenTo(room: HttpRoom, target: ApiTarget): Promise<void> {
  const { id: targetId, name: targetName } = target;
  const event = eventOf(target, `evt-${targetName}`);
  const incident = {
    id: `inc_${targetName}`,
    targetId,
    targetName,
    severity: "critical",
    state: "open",
    cause: null,
    openedAtMs: room.clock.wallMs(),
    resolvedAtMs: null,
    sentence: `Nobody reaches ${targetName}.`,
  } as const;
  const body = JSON.stringify(event);
  const notifications = [intent(`msg_${targetName}`, { state: "dead", body, orderKey: targetId })];
  const rest = { tick: null, transitions: [], spans: [] };
  room.engine.setVerdict(targetId, "down");
  room.bus.publish(
    await room.store.events.commit({
      atMs: room.clock.wallMs(),
      events: [event],
      incidents: [incident],
      notifications,
      ...rest,
    }),
  );
}
