/** Status pages: what the public is shown, of which targets, in whose name. */
import { z } from "zod";
import { readSelector } from "./label-selector.ts";
import { LIMITS } from "./limits.ts";
import { nameSchema } from "./target.ts";

/** Languages that status pages speak. */
export const STATUS_LOCALES = ["en", "de", "zh"] as const;

/** A language that status pages speak. */
export type StatusLocale = (typeof STATUS_LOCALES)[number];

/** Pictures that need nothing else and run nothing where they are shown as a picture. */
const LOGO = /^data:image\/(?:png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/]+={0,2}$/;

/** A name of a host as browsers send it, without a port. */
const HOST =
  /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?)*$/;

const moment = z.iso.datetime({ offset: true });

const announcementSchema = z
  .strictObject({
    title: z.string().min(1).max(200).describe("Headline, plain text."),
    text: z
      .string()
      .max(LIMITS.statusTextCharsMax)
      .default("")
      .describe("Markdown. HTML in it is left out, and links lead to http, https and mailto only."),
    at: moment.describe("When it was made; not shown before."),
    until: moment.optional().describe("When it is taken down. Default: it stays."),
    severity: z
      .enum(["info", "notice", "outage"])
      .default("info")
      .describe("How it is set off: `info`, `notice` or `outage`."),
  })
  .meta({ id: "StatusAnnouncement", description: "What operators say themselves." });

/** What a caller says of a status page. */
export const statusPageSpecSchema = z
  .strictObject({
    name: nameSchema
      .max(60)
      .regex(/^[a-z0-9][a-z0-9-]*$/, "expected small letters, digits and `-`")
      .describe("Unique name, the last part of its address /status/NAME."),
    title: z.string().min(1).max(120).describe("Title, plain text."),
    description: z
      .string()
      .max(LIMITS.statusTextCharsMax)
      .default("")
      .describe("What it is about, in Markdown as in announcements."),
    labels: z
      .string()
      .max(LIMITS.selectorCharsMax)
      .default("")
      .refine((text) => text === "" || Array.isArray(readSelector(text)), {
        error: "expected a label selector such as `public=yes,team in (shop,pay)`",
      })
      .describe("Label selector of the targets that are shown; empty: every target."),
    groupBy: z
      .string()
      .min(1)
      .max(LIMITS.labelCharsMax)
      .optional()
      .describe("Label by whose value targets are grouped. Default: one group."),
    logo: z
      .string()
      .max(LIMITS.statusLogoCharsMax)
      .regex(LOGO, "expected a data URI of a PNG, JPEG, GIF, WebP or SVG in base64")
      .optional()
      .describe("Picture beside the title, as a data URI."),
    hosts: z
      .array(z.string().toLowerCase().regex(HOST, "expected a name such as status.example.com"))
      .max(20)
      .default([])
      .describe("Host names under which the page is served at `/`; of one page only."),
    visibility: z
      .enum(["public", "password", "private"])
      .default("public")
      .describe("`public`: for all; `password`: for who knows it; `private`: for who may read."),
    password: z
      .string()
      // Three stars keep the one that is stored.
      .regex(/^(?:\*{3}|.{8,200})$/s, "expected 8 to 200 characters")
      .optional()
      .describe("Secret; what `password` asks for. Kept as a hash, and never shown again."),
    reasons: z
      .boolean()
      .default(false)
      .describe("Whether the sentences of incidents are shown, which may name hosts and errors."),
    locale: z.enum(STATUS_LOCALES).default("en").describe("Language of the page."),
    announcements: z
      .array(announcementSchema)
      .max(100)
      .default([])
      .describe("What operators say themselves, in any order."),
    owner: nameSchema.optional().describe("Configuration file that keeps it."),
  })
  .meta({
    id: "StatusPageSpec",
    description: "What the public is shown, of which targets.",
    example: { name: "shop", title: "Shop", labels: "public=yes", groupBy: "group" },
  });

/** What a caller says of a status page, defaults filled in. */
export type StatusPageSpec = z.output<typeof statusPageSpecSchema>;

/** A status page as stored; its password is kept beside what is shown of it. */
export interface StatusPage {
  id: string;
  revision: number;
  createdAtMs: number;
  updatedAtMs: number;
  spec: Omit<StatusPageSpec, "password">;
  /** Salted hash of the password; null: there is none. */
  passwordHash: string | null;
}
