/** Issues of GitHub. Source: https://docs.github.com/en/rest/issues/issues */
import { z } from "zod";
import { httpKind, urlBelow } from "./http-kind.ts";
import type { KindRequest } from "./http-kind.ts";
import { sendIssue } from "./issue.ts";
import type { IssueRequests } from "./issue.ts";
import { lineOption, secretOption, serviceUrl } from "./options.ts";

interface Repository {
  url: string;
  token: string;
  repository: string;
  labels: string[];
}

const REQUESTS: IssueRequests<Repository> = {
  numberField: "number",
  open: (options, { title, body }) =>
    requestOf(options, [], { body: { title, body, labels: options.labels } }),
  comment: (options, number, body) => requestOf(options, [number, "comments"], { body: { body } }),
  close: (options, number) =>
    requestOf(options, [number], {
      method: "PATCH",
      body: { state: "closed", state_reason: "completed" },
    }),
};

/** The GitHub kind of notifier. */
export const githubKind = httpKind({
  kind: "github",
  summary: "Opens an issue on GitHub for each trouble, comments on it, and closes it at its end.",
  options: {
    token: secretOption("an access token").describe("Token that may write issues."),
    repository: z
      .string({ error: "expected a repository" })
      .max(200)
      .regex(/^[\w.-]+\/[\w.-]+$/, "expected owner/name")
      .describe("The repository, as owner/name."),
    labels: z.array(lineOption("a label", 50)).max(20).default([]).describe("Labels of issues."),
    url: serviceUrl("https://api.github.com").describe(
      "Address of the API; https://HOST/api/v3 of an enterprise server.",
    ),
  },
  secretOptions: ["token"],
  retries: "408, 425, 429, 5xx, and 403 when it tells of a rate limit",
  destination: ({ url, repository }) => `Issues of ${repository} at ${new URL(url).origin}`,
  secrets: ({ token }) => [token],
  send: (input, exchange) => sendIssue(input, REQUESTS, exchange),
});

function requestOf(
  { url, token, repository }: Repository,
  path: readonly string[],
  request: Pick<KindRequest, "method" | "body">,
): KindRequest {
  return {
    ...request,
    url: urlBelow(url, "repos", ...repository.split("/"), "issues", ...path),
    headers: {
      authorization: `Bearer ${token}`,
      accept: "application/vnd.github+json",
      "x-github-api-version": "2022-11-28",
    },
    read: (text, status) =>
      status === 403 && /rate limit|abuse/i.test(text)
        ? { retry: true, sentence: "GitHub asks to send more slowly." }
        : null,
  };
}
