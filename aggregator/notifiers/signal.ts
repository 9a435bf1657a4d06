/**
 * Signal, by a gateway of your own. Source: https://github.com/bbernhard/signal-cli-rest-api
 */
import { z } from "zod";
import { httpKind, urlBelow } from "./http-kind.ts";
import { basicAuth, lineOption, secretOption, urlOption } from "./options.ts";
import { cutText, longText } from "./text.ts";

/** The Signal kind of notifier. */
export const signalKind = httpKind({
  kind: "signal",
  summary: "Sends a Signal message by a signal-cli REST gateway.",
  options: {
    url: urlOption().describe("Address of the gateway."),
    number: lineOption("a number", 50).describe("The registered number that sends."),
    recipients: z
      .array(lineOption("a recipient", 200))
      .min(1)
      .max(50)
      .describe("Numbers, user names or group ids."),
    user: lineOption("a user", 200).optional().describe("User of Basic authentication."),
    password: secretOption("a password").optional().describe("Password of that user."),
  },
  secretOptions: ["password"],
  destination: ({ url }) => `Signal gateway ${new URL(url).origin}`,
  secrets: ({ user = "", password }) =>
    password === undefined ? [] : basicAuth(user, password).secrets,
  request: ({ options: { url, number, recipients, user, password }, text }) => ({
    url: urlBelow(url, "v2", "send"),
    headers: user === undefined ? {} : { authorization: basicAuth(user, password ?? "").header },
    body: { number, recipients, message: cutText(longText(text), 4_000) },
  }),
});
