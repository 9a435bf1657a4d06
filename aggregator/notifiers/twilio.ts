/**
 * Text messages by Twilio. Source: https://www.twilio.com/docs/messaging/api/message-resource
 */
import { z } from "zod";
import { httpKind, urlBelow } from "./http-kind.ts";
import { basicAuth, lineOption, secretOption, serviceUrl } from "./options.ts";
import { shortText } from "./text.ts";

const PHONE = /^\+[1-9]\d{6,14}$/;

/** Three parts of a text message in Unicode; more costs more than it tells. */
const SMS_CHARS_MAX = 201;

/** The Twilio kind of notifier. */
export const twilioKind = httpKind({
  kind: "twilio",
  summary: "Sends a text message (SMS) by Twilio.",
  options: {
    accountSid: lineOption("an account", 64).describe("Account SID."),
    authToken: secretOption("an auth token").describe("Auth token of the account."),
    from: lineOption("a sender", 64).describe("A number of the account, or a sender id."),
    to: z
      .string({ error: "expected a phone number" })
      .regex(PHONE, "expected a number such as +4915112345678")
      .describe("Number of the receiver; one channel for each, so that each is tried again."),
    url: serviceUrl("https://api.twilio.com").describe("Address of the service."),
  },
  secretOptions: ["authToken"],
  destination: ({ to, url }) => `SMS to ${to} by ${new URL(url).origin}`,
  secrets: ({ accountSid, authToken }) => basicAuth(accountSid, authToken).secrets,
  request: ({ options: { url, accountSid, authToken, from, to }, text }) => ({
    url: urlBelow(url, "2010-04-01", "Accounts", accountSid, "Messages.json"),
    headers: { authorization: basicAuth(accountSid, authToken).header },
    body: new URLSearchParams({ To: to, From: from, Body: shortText(text, SMS_CHARS_MAX) }),
  }),
});
