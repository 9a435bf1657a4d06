/** Status pages as the API shows them. */
import { z } from "zod";
import { statusPageSpecSchema } from "../status-page.ts";
import { pageSchema, timeSchema } from "./common.ts";

const { shape } = statusPageSpecSchema;

/** A status page as the API shows it. */
export const statusPageSchema = z
  .object({
    id: z.string().describe("Id, such as `stp_9w4e2r6t8y0v1x3z`."),
    name: z.string().describe("Unique name, the last part of its address /status/NAME."),
    title: z.string().describe("Title, plain text."),
    description: z.string().describe("What it is about, in Markdown."),
    labels: z.string().describe("Label selector of its targets; empty: every target."),
    groupBy: z.string().optional().describe("Label by whose value targets are grouped."),
    logo: z.string().optional().describe("Picture beside the title, as a data URI."),
    hosts: z.array(z.string()).describe("Host names under which it is served at `/`."),
    visibility: z.enum(shape.visibility.unwrap().options).describe("Who may look at it."),
    password: z.literal("***").optional().describe("`***` where a password is set."),
    reasons: z.boolean().describe("Whether the sentences of incidents are shown."),
    locale: z.enum(shape.locale.unwrap().options).describe("Language of the page."),
    announcements: shape.announcements.unwrap().describe("What operators say themselves."),
    owner: z.string().optional().describe("Configuration file that keeps it."),
    path: z.string().describe("Where it is served, such as /status/shop."),
    revision: z.int().describe("Counts up with every change; the ETag in quotes."),
    createdAt: timeSchema,
    updatedAt: timeSchema,
  })
  .meta({
    id: "StatusPage",
    description: "What the public is shown, of which targets.",
    example: {
      id: "stp_9w4e2r6t8y0v1x3z",
      name: "shop",
      title: "Shop",
      description: "What our customers use.",
      labels: "public=yes",
      groupBy: "group",
      hosts: ["status.example.com"],
      visibility: "public",
      reasons: false,
      locale: "en",
      announcements: [],
      path: "/status/shop",
      revision: 1,
      createdAt: "2026-11-21T17:00:00.000Z",
      updatedAt: "2026-11-21T17:00:00.000Z",
    },
  });

/** A status page as the API shows it. */
export type ApiStatusPage = z.output<typeof statusPageSchema>;

/** A page of status pages by name. */
export const statusPagePageSchema = pageSchema(statusPageSchema, "StatusPagePage");
