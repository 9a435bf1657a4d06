/** Browser sessions as the API shows them: never the cookie. */
import { z } from "zod";
import { pageSchema, timeSchema } from "./common.ts";

const scope = z
  .enum(["admin", "write", "read"])
  .describe("What it may do: admin does all, write implies read.");
const labels = z
  .record(z.string(), z.string())
  .describe("Labels that a target must carry to be seen; none: all are.");

/** What a browser sends to sign in. */
export const signInSchema = z
  .strictObject({ token: z.string().describe("A token of a person.") })
  .meta({ id: "SignIn", description: "What a browser sends to sign in." });

/** Who is signed in. */
export const sessionSchema = z
  .object({
    who: z.string().describe("Name of the token, or of the person at the identity provider."),
    scope,
    labels,
    via: z.enum(["session", "token"]).describe("What this request carried."),
    expiresAt: timeSchema.nullable().describe("The end, however much it is used."),
    csrf: z
      .literal("none")
      .describe("No token is needed for writes: they are accepted from pages of this server only."),
  })
  .meta({ id: "Session", description: "Who calls." });

/** How a person can sign in here. */
export const signInMethodsSchema = z
  .object({
    token: z.literal(true).describe("By `POST /api/v1/session` with a token."),
    oidc: z
      .object({ loginPath: z.string(), issuer: z.string() })
      .nullable()
      .describe("By OpenID Connect: open `loginPath` in the browser. Null: not here."),
  })
  .meta({ id: "SignInMethods", description: "How a person can sign in here." });

/** A browser session as admins see it. */
export const browserSessionSchema = z
  .object({
    id: z.string().describe("Id, such as `ses_8d1f3g5h7j9k2l4z`."),
    who: z.string().describe("Name of the token, or of the person at the identity provider."),
    scope,
    labels,
    tokenId: z.string().nullable().describe("Token it was opened with; null: OpenID Connect."),
    address: z.string().describe("Address it was opened from."),
    createdAt: timeSchema,
    lastUsedAt: timeSchema,
    expiresAt: timeSchema,
  })
  .meta({ id: "BrowserSession", description: "A browser that is signed in." });

/** A page of browser sessions. */
export const browserSessionPageSchema = pageSchema(browserSessionSchema, "BrowserSessionPage");
