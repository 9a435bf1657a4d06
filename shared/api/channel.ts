/** Channels, notifications and deliveries as the API shows them. */
import { z } from "zod";
import { channelDeliverySchema } from "../channel.ts";
import { pageSchema, timeSchema } from "./common.ts";

/** A channel as the API shows it. */
export const channelSchema = z
  .object({
    id: z.string().describe("Id, such as `chn_9w4e2r6t8y0v1x3z`."),
    name: z.string().describe("Unique name."),
    kind: z.string().describe("Kind of notifier, such as `webhook`."),
    options: z
      .record(z.string(), z.unknown())
      .describe("Options of the kind; a secret reads `***`, and `***` sent back keeps it."),
    events: z
      .array(z.string())
      .optional()
      .describe("Event types sent; absent: alerts and recoveries."),
    delivery: channelDeliverySchema.optional(),
    enabled: z.boolean().describe("False: nothing is sent."),
    owner: z.string().optional().describe("Configuration file that keeps it."),
    destination: z.string().describe("Where it goes, for a person; holds no secret."),
    revision: z.int().describe("Counts up with every change; the ETag in quotes."),
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
    ok: z.boolean().describe("Whether it arrived."),
    status: z.int().nullable().describe("HTTP status, or the kind's own code."),
    detail: z.string().describe("What became of it, as a sentence."),
  })
  .meta({ id: "ChannelTest", description: "What became of a test message." });

/** What became of a test message. */
export type ApiChannelTest = z.output<typeof channelTestSchema>;

/** A notification as the API shows it. */
export const notificationSchema = z
  .object({
    id: z.string().describe("Stable message id; a retry carries the same."),
    channelId: z.string().describe("Id of the channel."),
    orderKey: z.string().describe("Notifications with the same key leave in order."),
    sequence: z.int().describe("Place among those with the same order key."),
    state: z
      .enum(["pending", "delivered", "dead", "withheld"])
      .describe("`withheld`: not sent on purpose; `dead`: given up."),
    reason: z.string().describe("Why it was sent or withheld."),
    event: z.unknown().describe("The message: a public event."),
    attempts: z.int().describe("Attempts so far."),
    createdAt: timeSchema,
    nextAttemptAt: timeSchema.nullable().describe("Null unless it is pending."),
    deliveredAt: timeSchema.nullable(),
    lastError: z.string().nullable().describe("Why the last attempt failed; null when none did."),
  })
  .meta({ id: "Notification", description: "One event for one channel." });

/** A notification as the API shows it. */
export type ApiNotification = z.output<typeof notificationSchema>;

/** A page of notifications. */
export const notificationPageSchema = pageSchema(notificationSchema, "NotificationPage");

/** One attempt to deliver a notification as the API shows it. */
export const deliverySchema = z
  .object({
    attempt: z.int().describe("Counts up from 1."),
    at: timeSchema,
    durationMs: z.number().describe("How long it took."),
    status: z
      .int()
      .nullable()
      .describe("HTTP status, or the kind's own code; null when no answer came."),
    ok: z.boolean().describe("Whether it was taken."),
    detail: z.string().describe("What was answered, as a sentence."),
    request: z.string().describe("What was sent where; holds no secret."),
  })
  .meta({ id: "Delivery", description: "One attempt to deliver a notification." });

/** One attempt to deliver a notification. */
export type ApiDelivery = z.output<typeof deliverySchema>;

/** The attempts of one notification. */
export const deliveryPageSchema = pageSchema(deliverySchema, "DeliveryPage");
