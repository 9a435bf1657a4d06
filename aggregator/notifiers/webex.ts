/** Webex, by a bot. Source: https://developer.webex.com/docs/api/v1/messages/create-a-message */
import { textIn } from "./answer.ts";
import { httpKind, urlBelow } from "./http-kind.ts";
import { lineOption, secretOption, serviceUrl } from "./options.ts";
import { cutText, longText } from "./text.ts";

/** The Webex kind of notifier. */
export const webexKind = httpKind({
  kind: "webex",
  summary: "Posts to a Webex space by a bot; what follows an alert joins its thread.",
  options: {
    token: secretOption("the bot's token").describe("Access token of the bot."),
    roomId: lineOption("a space", 300).describe("Id of the space."),
    url: serviceUrl("https://webexapis.com").describe("Address of the service."),
  },
  secretOptions: ["token"],
  destination: ({ url }) => `Webex space at ${new URL(url).origin}`,
  secrets: ({ token }) => [token],
  async send({ options: { url, token, roomId }, message, text }, exchange) {
    const root = (await message.threads?.get(message.thread)) ?? null;
    const answer = await exchange({
      url: urlBelow(url, "v1", "messages"),
      headers: { authorization: `Bearer ${token}` },
      // Plain text: a detail can neither format nor mention.
      body: {
        roomId,
        text: cutText(longText(text), 6_000),
        ...(root === null ? {} : { parentId: root }),
      },
      // Nothing there changes the outcome; the whole answer is read for the id in it.
      read: () => null,
    });
    const id = textIn(answer.text, "id");
    if (answer.outcome.ok && id !== null && root === null && message.action === "trigger") {
      await message.threads?.put(message.thread, id);
    }
    return answer;
  },
});
