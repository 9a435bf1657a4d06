/** The websocket kind: shakes hands, and sends and expects messages. */
import { z } from "zod";
import type { CheckKind, PreparedCheck } from "./check.ts";
import { openConnection } from "./connect.ts";
import type { Destination } from "./connection.ts";
import { hold } from "./conversation.ts";
import { headerMap, isSecretHeader, SHOWS_SECRET } from "./http-fields.ts";
import { abortOf, startLook } from "./look.ts";
import { commonOptions, tlsSchema } from "./options.ts";
import { scriptSecrets, scriptText } from "./script-text.ts";
import { secretForms } from "./secrets.ts";
import { compileScript } from "./tcp-script.ts";
import { planTls } from "./tls.ts";
import { OPCODE } from "./websocket-frames.ts";
import { createWebSocketTalk } from "./websocket-talk.ts";
import type { MessageStep, WebSocketPlan } from "./websocket-talk.ts";

const lineSchema = z
  .strictObject({
    send: scriptText
      .optional()
      .describe('Text of a message, or "hex:" and the bytes of a binary one. {{name}}: a secret.'),
    expect: scriptText
      .optional()
      .describe('Text, "hex:" and bytes, or "regex:" and a pattern, found in one message.'),
  })
  .refine((line) => Object.keys(line).length > 0, { error: "expected `send`, `expect` or both" });

function isWebSocketUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url !== undefined && /^wss?:$/.test(url.protocol) && url.hostname !== "";
}

function hasUser(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url !== undefined && (url.username !== "" || url.password !== "");
}

const subprotocol = z.string().regex(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100}$/, {
  error: "expected the name of a subprotocol",
});

const websocketSchema = z
  .strictObject({
    url: z
      .string()
      .max(4_096)
      .refine(isWebSocketUrl, { error: "expected a URL that begins with ws:// or wss://" })
      .refine((text) => !hasUser(text), {
        error: "expected a URL without user and password; use secretHeaders, which are kept secret",
        params: SHOWS_SECRET,
      })
      .describe("Where to shake hands, ws:// or wss://. A fragment is not sent."),
    headers: headerMap
      .refine((headers) => !Object.keys(headers).some(isSecretHeader), {
        error: "expected no credentials here; put this header in secretHeaders",
        params: SHOWS_SECRET,
      })
      .refine((headers) => !Object.keys(headers).some((name) => /^sec-websocket-/i.test(name)), {
        error: "expected a header that is not of the handshake; the check writes those itself",
      })
      .default({})
      .describe("Headers of the handshake, such as origin."),
    secretHeaders: headerMap.default({}).describe("Headers whose values are secret."),
    subprotocols: z
      .array(subprotocol)
      .max(20)
      .default([])
      .describe("Subprotocols to offer, the preferred first. Default: none."),
    expectedSubprotocol: subprotocol
      .optional()
      .describe("Subprotocol that must be chosen; it is offered too. Default: any or none."),
    script: z
      .array(lineSchema)
      .max(50)
      .default([])
      .describe(
        "Messages to send and to expect, in order; others that come meanwhile are passed over. " +
          "Default: the handshake is enough.",
      ),
    secrets: scriptSecrets,
    tls: tlsSchema.prefault({}).describe("How TLS is spoken if the URL begins with wss://."),
    ...commonOptions,
  })
  .meta({ id: "WebsocketOptions", description: "Options of the websocket check." });

type WebsocketOptions = z.output<typeof websocketSchema>;

/** The websocket kind. */
export const websocketKind: CheckKind<typeof websocketSchema> = {
  kind: "websocket",
  summary: "Shakes hands on a WebSocket, and sends and expects messages if there is a script.",
  schema: websocketSchema,
  secretOptions: ["secretHeaders", "secrets", "tls.key"],
  examples: [
    {
      title: "The handshake, and a question and its answer",
      options: {
        url: "wss://live.example.com/socket",
        secretHeaders: { authorization: "Bearer ${secret:live}" },
        expectedSubprotocol: "json",
        script: [{ send: '{"ping":1}', expect: 'regex:"pong":\\s*1' }],
      },
    },
  ],
  prepare: prepareWebsocket,
};

function prepareWebsocket(options: WebsocketOptions): PreparedCheck {
  const { family, resolver, sourceAddress, latencyLimitMs } = options;
  const url = new URL(options.url);
  const secure = url.protocol === "wss:";
  const destination: Destination = {
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: Number(url.port || (secure ? 443 : 80)),
    family,
    resolver,
    sourceAddress,
    tls: secure ? planTls(options.tls) : undefined,
  };
  const hidden = [...Object.values(options.secretHeaders), ...Object.values(options.secrets)];
  const secrets = secretForms(hidden);
  const plan = planOf(options, url);
  return {
    endpoint: `${url.protocol}//${url.host}${url.pathname}${url.search === "" ? "" : "?…"}`,
    run(context, done) {
      const look = startLook({ context, done, secrets, latencyLimitMs });
      openConnection(look, destination, hold(look, createWebSocketTalk(look, plan)));
      return abortOf(look);
    },
  };
}

function planOf(options: WebsocketOptions, url: URL): WebSocketPlan {
  const { subprotocols, expectedSubprotocol: expected } = options;
  const wanted = expected === undefined ? subprotocols : [...subprotocols, expected];
  const offered = [...new Set(wanted)];
  const fields: Record<string, string> = {
    host: url.host,
    "user-agent": "quorate",
    ...lowered(options.headers),
    ...lowered(options.secretHeaders),
    upgrade: "websocket",
    connection: "Upgrade",
    "sec-websocket-version": "13",
    ...(offered.length === 0 ? {} : { "sec-websocket-protocol": offered.join(", ") }),
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  const request = `GET ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join("")}`;
  return { request, offered, expected, steps: stepsOf(options) };
}

function lowered(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}

/** The steps of the script; what is sent is text unless it is given as bytes. */
function stepsOf({ script, secrets }: WebsocketOptions): MessageStep[] {
  const sends = script.flatMap(({ send }) => (send === undefined ? [] : [send]));
  return compileScript(script, secrets).flatMap((step): MessageStep[] => {
    if ("shown" in step) return [step];
    if (!("send" in step)) return [];
    const binary = sends.shift()?.startsWith("hex:") === true;
    return [{ send: step.send, opcode: binary ? OPCODE.binary : OPCODE.text }];
  });
}
