/** The timeline of an incident as the API shows it: all that happened, in order. */
import { z } from "zod";
import { VERDICT_STATES } from "../verdict.ts";
import { timeSchema } from "./common.ts";
import { incidentSchema } from "./incident.ts";

const state = z.enum(VERDICT_STATES);

const voteSchema = z
  .object({
    probeId: z.string().describe("Id of the probe."),
    probe: z.string().describe("Name of the probe at that moment."),
    region: z.string().describe("Its region."),
    zone: z.string().describe("Its failure domain, as it was told."),
    vote: z.enum(["ok", "dead", "sub", "suspect", "none"]).describe("How it voted."),
    counted: z.string().describe("Why the vote did not count, or `counted`."),
    reason: z.string().nullable().describe("Code of its newest evidence; null without any."),
    detail: z.string().describe("Its newest failure as a sentence; empty when it was ok."),
  })
  .meta({ id: "TimelineVote", description: "What one vantage said at the moment of a change." });

const moment = { at: timeSchema, sentence: z.string().describe("What happened, for a person.") };

const transitionEntry = z
  .object({
    ...moment,
    type: z.literal("transition").describe("A change of the verdict."),
    number: z.int().describe("Number of the transition."),
    from: state.describe("State before."),
    to: state.describe("State after."),
    votes: z.array(voteSchema).describe("Every vantage of that moment."),
  })
  .meta({ id: "TimelineTransition", description: "The verdict changed, with who said what." });

const alertEntry = z
  .object({
    ...moment,
    type: z
      .enum(["opened", "resolved", "raised", "withheld", "cleared", "reminder", "escalated"])
      .describe("`opened`, `resolved`: the incident; the others: its alert."),
    eventId: z.string().describe("The public event that says it."),
  })
  .meta({ id: "TimelineAlert", description: "What became of the incident, or of its alert." });

const notificationEntry = z
  .object({
    ...moment,
    type: z.literal("notification").describe("A message to one channel."),
    notificationId: z.string().describe("Stable id of the message."),
    eventId: z.string().describe("The event that it tells of."),
    channelId: z.string().describe("Id of the channel."),
    channel: z.string().nullable().describe("Name of the channel; null when it was deleted."),
    state: z
      .enum(["pending", "delivered", "dead", "withheld"])
      .describe("What became of it: on its way, delivered, given up, or not sent on purpose."),
    attempts: z.int().describe("Attempts to deliver it."),
    deliveredAt: timeSchema.nullable().describe("When it was delivered; null: it was not."),
    lastError: z.string().nullable().describe("What went wrong last; null when nothing did."),
  })
  .meta({ id: "TimelineNotification", description: "Somebody was told, or was not, and why." });

const personEntry = z
  .object({
    ...moment,
    type: z.enum(["acknowledged", "note"]).describe("Somebody took it on, or wrote a note."),
    by: z.string().describe("Who did so."),
  })
  .meta({ id: "TimelinePerson", description: "What a person did or wrote." });

/** One entry of a timeline. */
export const timelineEntrySchema = z.union([
  transitionEntry,
  alertEntry,
  notificationEntry,
  personEntry,
]);

/** One entry of a timeline. */
export type ApiTimelineEntry = z.output<typeof timelineEntrySchema>;

/** The timeline of an incident. */
export const timelineSchema = z
  .object({
    incident: incidentSchema.describe("The incident as it is now."),
    items: z.array(timelineEntrySchema).describe("Oldest first."),
    leftOut: z.int().describe("Further entries, the newest, when there are too many to show."),
  })
  .meta({ id: "Timeline", description: "All that happened in an incident, in order." });

/** The timeline of an incident. */
export type ApiTimeline = z.output<typeof timelineSchema>;
