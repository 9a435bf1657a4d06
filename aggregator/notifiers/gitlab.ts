/** Issues of GitLab. Source: https://docs.gitlab.com/api/issues/ */
import { z } from "zod";
import { httpKind, urlBelow } from "./http-kind.ts";
import type { KindRequest } from "./http-kind.ts";
import { sendIssue } from "./issue.ts";
import type { IssueRequests } from "./issue.ts";
import { lineOption, secretOption, serviceUrl } from "./options.ts";

interface Project {
  url: string;
  token: string;
  project: string;
  labels: string[];
}

const REQUESTS: IssueRequests<Project> = {
  numberField: "iid",
  open: (options, { title, body }) =>
    requestOf(options, [], {
      body: { title, description: body, labels: options.labels.join(",") },
    }),
  comment: (options, number, body) => requestOf(options, [number, "notes"], { body: { body } }),
  close: (options, number) =>
    requestOf(options, [number], { method: "PUT", body: { state_event: "close" } }),
};

/** The GitLab kind of notifier. */
export const gitlabKind = httpKind({
  kind: "gitlab",
  summary: "Opens an issue on GitLab for each trouble, comments on it, and closes it at its end.",
  options: {
    token: secretOption("an access token").describe("Token with the scope api."),
    project: lineOption("a project", 200).describe("Id or path of the project, as group/name."),
    labels: z
      .array(lineOption("a label", 50).regex(/^[^,]+$/, "expected no comma"))
      .max(20)
      .default([])
      .describe("Labels of issues."),
    url: serviceUrl("https://gitlab.com").describe("Address of the server."),
  },
  secretOptions: ["token"],
  destination: ({ url, project }) => `Issues of ${project} at ${new URL(url).origin}`,
  secrets: ({ token }) => [token],
  send: (input, exchange) => sendIssue(input, REQUESTS, exchange),
});

function requestOf(
  { url, token, project }: Project,
  path: readonly string[],
  request: Pick<KindRequest, "method" | "body">,
): KindRequest {
  return {
    ...request,
    url: urlBelow(url, "api", "v4", "projects", project, "issues", ...path),
    headers: { "private-token": token },
    // Nothing there changes the outcome; the whole answer is read for the id in it.
    read: () => null,
  };
}
