/** /api/v1/notifications: what was sent, to whom, and what became of it. */
import { createRoute, z } from "@hono/zod-openapi";
import { deliveryPageSchema, notificationPageSchema } from "../../../shared/api/channel.ts";
import { QuorateError } from "../../../shared/errors.ts";
import { notFound } from "../../registry/writes.ts";
import type { App, RouteContext } from "../context.ts";
import { alsoFails, idempotencyHeaders, idParam, json, needs } from "../describe.ts";
import { pageOfQuery, pageQuery, problems } from "../describe.ts";
import { apiPage } from "../lists.ts";
import { deliveryView, notificationView } from "../views.ts";

const tags = ["notifications"];
const params = idParam("notification");

const requeuedSchema = z
  .object({ id: z.string().describe("Id of the notification, as before.") })
  .openapi("Requeued", { description: "It will be sent again." });

const listNotifications = createRoute({
  ...needs("read"),
  ...alsoFails("not_found"),
  method: "get",
  path: "/api/v1/notifications",
  tags,
  summary: "List notifications, newest first",
  description:
    "Every message that was sent, waits, was given up, or was withheld, with its reason.",
  request: {
    query: z.strictObject({
      ...pageQuery,
      state: z
        .enum(["pending", "delivered", "dead", "withheld"])
        .optional()
        .openapi({ description: "Only those in this state." }),
      channel: z
        .string()
        .min(1)
        .max(200)
        .optional()
        .openapi({ description: "Id or name of a channel; a deleted one by id." }),
    }),
  },
  responses: { 200: json(notificationPageSchema, "One page."), ...problems },
});

const listDeliveries = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/v1/notifications/{id}/deliveries",
  tags,
  summary: "List the attempts to deliver a notification, oldest first",
  description:
    "What was sent where, the answer, and how long it took. A notification that is not known " +
    "has no attempts.",
  request: { params },
  responses: { 200: json(deliveryPageSchema, "Every attempt that is kept."), ...problems },
});

const requeueNotification = createRoute({
  ...needs("write"),
  method: "post",
  path: "/api/v1/notifications/{id}/requeue",
  tags,
  summary: "Send a dead notification again, under the same id",
  description:
    "Receivers that saw it drop it by its id. Only one that was given up can be sent again.",
  request: { params, headers: idempotencyHeaders },
  responses: {
    202: json(requeuedSchema, "It will be sent again."),
    ...problems,
  },
});

/** Adds the routes. */
export function addNotifications(app: App, context: RouteContext): void {
  const { store, clock, wakeDelivery } = context;

  app.openapi(listNotifications, async (c) => {
    const { state, channel, ...rest } = c.req.valid("query");
    const known = channel === undefined ? null : await store.channels.get(channel);
    if (channel !== undefined && known === null && !channel.startsWith("chn_")) {
      throw notFound("channel", channel);
    }
    const query = { state, channelId: known?.id ?? channel, ...pageOfQuery(rest) };
    return c.json(apiPage(await store.notifications.list(query), notificationView), 200);
  });

  app.openapi(listDeliveries, async (c) => {
    const deliveries = await store.notifications.deliveries(c.req.valid("param").id);
    return c.json({ items: deliveries.map(deliveryView), next: null }, 200);
  });

  app.openapi(requeueNotification, async (c) => {
    const { id } = c.req.valid("param");
    if (!(await store.notifications.requeue(id, clock.wallMs()))) {
      const sentence = `There is no dead notification ${JSON.stringify(id.slice(0, 200))}.`;
      throw new QuorateError("conflict", `${sentence} Only a dead one can be sent again.`);
    }
    wakeDelivery();
    return c.json({ id }, 202);
  });
}
