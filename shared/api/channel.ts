/** Channels, notifications and deliveries as the API shows them. */
import { z } from "zod";
import { channelDeliverySchema } from "../channel.ts";
import { pageSchema, timeSchema } from "./common.ts";

/** A channel as the API shows it. */
export const channelSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    kind: z.string(),
    options: z
      .record(z.string(), z.unknown())
      .describe("Options of the kind; a secret reads `***`, and `***` sent back keeps it."),
    events: z.array(z.string()).optional(),
    delivery: channelDeliverySchema.optional(),
    enabled: z.boolean(),
    owner: z.string().optional().describe("Configuration file that keeps it."),
    destination: z.string().describe("Where it goes, for a person; holds no secret."),
    revision: z.int(),
    createdAt: timeSchema,
    updatedAt: timeSchema,
  })
  .meta({ id: "Channel", description: "Where notifications go." });

/** A channel as the API shows it. */
export type ApiChannel = z.output<typeof channelSchema>;

/** A page of channels by name. */
export const channelPageSchema = pageSchema(channelSchema, "ChannelPage");

/** What became of a test message. */
export const channelTestSchema = z
  .object({
    ok: z.boolean(),
    status: z.int().nullable().describe("HTTP status, or the kind's own code."),
    detail: z.string(),
  })
  .meta({ id: "ChannelTest", description: "What became of a test message." });

/** What became of a test message. */
export type ApiChannelTest = z.output<typeof channelTestSchema>;

/** A notification as the API shows it. */
export const notificationSchema = z
  .object({
    id: z.string().describe("Stable message id; a retry carries the same."),
    channelId: z.string(),
    orderKey: z.string().describe("Notifications with the same key leave in order."),
    sequence: z.int(),
    state: z.enum(["pending", "delivered", "dead", "withheld"]),
    reason: z.string().describe("Why it was sent or withheld."),
    event: z.unknown().describe("The message: a public event."),
    attempts: z.int(),
    createdAt: timeSchema,
    nextAttemptAt: timeSchema.nullable().describe("Null unless it is pending."),
    deliveredAt: timeSchema.nullable(),
    lastError: z.string().nullable(),
  })
  .meta({ id: "Notification", description: "One event for one channel." });

/** A notification as the API shows it. */
export type ApiNotification = z.output<typeof notificationSchema>;

/** A page of notifications. */
export const notificationPageSchema = pageSchema(notificationSchema, "NotificationPage");

/** One attempt to deliver a notification as the API shows it. */
export const deliverySchema = z
  .object({
    attempt: z.int(),
    at: timeSchema,
    durationMs: z.number(),
    status: z.int().nullable(),
    ok: z.boolean(),
    detail: z.string(),
    request: z.string().describe("What was sent where; holds no secret."),
  })
  .meta({ id: "Delivery", description: "One attempt to deliver a notification." });

/** One attempt to deliver a notification. */
export type ApiDelivery = z.output<typeof deliverySchema>;

/** The attempts of one notification. */
export const deliveryPageSchema = pageSchema(deliverySchema, "DeliveryPage");
