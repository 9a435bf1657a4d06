/** An issue for each trouble: opened by its alert, told of what follows, closed by its end. */
import type { Exchange, KindInput, KindRequest } from "./http-kind.ts";
import type { HttpAnswer } from "./http-post.ts";
import { textIn } from "./answer.ts";
import { escapeMarkdown, markdownOf } from "./markup.ts";
import { cutText } from "./text.ts";

/** The requests of one place that keeps issues. */
export interface IssueRequests<Options> {
  open(options: Options, issue: { title: string; body: string }): KindRequest;
  comment(options: Options, number: string, body: string): KindRequest;
  close(options: Options, number: string): KindRequest;
  /** Name of the field with the issue's number in the answer. */
  numberField: string;
}

/** Longest title and text; both places take more. */
const TITLE_CHARS_MAX = 250;
const BODY_CHARS_MAX = 20_000;

/**
 * Sends what a message takes. A comment is sent before the close, and a retry repeats both: a
 * comment told twice is better than an issue that nobody closed.
 */
export async function sendIssue<Options>(
  { options, message, text }: KindInput<Options>,
  requests: IssueRequests<Options>,
  exchange: Exchange,
): Promise<HttpAnswer> {
  const body = markdownOf(text, BODY_CHARS_MAX);
  const number = (await message.threads?.get(message.thread)) ?? null;
  if (number === null) {
    const title = cutText(escapeMarkdown(text.title), TITLE_CHARS_MAX);
    const opened = await exchange(requests.open(options, { title, body }));
    const given = textIn(opened.text, requests.numberField);
    if (!opened.outcome.ok || given === null) return opened;
    await message.threads?.put(message.thread, given);
    // The alert was not told here, only its end: the issue is kept, but does not stay open.
    return message.action === "resolve" ? await exchange(requests.close(options, given)) : opened;
  }
  const told = `**${escapeMarkdown(text.title)}**\n\n${body}`;
  const commented = await exchange(requests.comment(options, number, told));
  if (!commented.outcome.ok || message.action !== "resolve") return commented;
  return await exchange(requests.close(options, number));
}
