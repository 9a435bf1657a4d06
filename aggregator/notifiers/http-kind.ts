/** Most kinds of channel are one HTTP request: its schema, its URL, its payload, its answers. */
import { z } from "zod";
import { VERSION } from "../../shared/version.ts";
import type { NotifierKind, OutgoingMessage, PreparedNotifier } from "../ports.ts";
import { httpExchange } from "./http-post.ts";
import type { AnswerRule, BodyReading, HttpAnswer } from "./http-post.ts";
import { readMessage } from "./message.ts";
import type { Message } from "./message.ts";
import { checkAuthorities, COMMON_ANSWERS, HTTP_OPTIONS } from "./options.ts";
import type { TlsOption } from "./options.ts";
import { textOf } from "./text.ts";
import type { MessageText } from "./text.ts";

/** One request of a kind. */
export interface KindRequest {
  url: URL | string;
  /** Default POST. */
  method?: "POST" | "PUT" | "PATCH" | undefined;
  /** Names in lower case; `content-type` JSON and the user agent are given. */
  headers?: Record<string, string> | undefined;
  /** An object is sent as JSON, search parameters as a form. */
  body: object | string | Uint8Array | URLSearchParams;
  /** Answers of this kind, looked at before the common ones. */
  answers?: readonly AnswerRule[] | undefined;
  read?: ((text: string, status: number) => BodyReading | null) | undefined;
}

/** Sends one request of a message. */
export type Exchange = (request: KindRequest) => Promise<HttpAnswer>;

/** What a kind makes its request of. */
export interface KindInput<Options> {
  options: Options;
  message: Message;
  text: MessageText;
}

/** A kind of channel over HTTP: either one request, or what a message takes. */
export type HttpKind<Shape extends z.ZodRawShape> = HttpKindFacts<Shape> &
  (
    | {
        /** The one request of a message. */
        request(input: KindInput<HttpOptions<Shape>>): KindRequest;
      }
    | {
        /** Sends what a message takes. */
        send(input: KindInput<HttpOptions<Shape>>, exchange: Exchange): Promise<HttpAnswer>;
      }
  );

/** What every kind of channel over HTTP says of itself. */
interface HttpKindFacts<Shape extends z.ZodRawShape> {
  kind: string;
  summary: string;
  /** Options beside `timeoutMs` and `tls`. */
  options: Shape;
  secretOptions: readonly string[];
  /** Where it goes, for a person; holds no secret. */
  destination(options: HttpOptions<Shape>): string;
  /** Texts that never stand in an outcome. */
  secrets(options: HttpOptions<Shape>): string[];
  /** Which answers of this kind are tried again, as a sentence, where they are not the common. */
  retries?: string | undefined;
  /** Refuses what a schema cannot express, by throwing QuorateError "invalid". */
  check?: ((options: HttpOptions<Shape>) => void) | undefined;
}

type HttpSchema<Shape extends z.ZodRawShape> = z.ZodObject<
  Shape & typeof HTTP_OPTIONS,
  z.core.$strict
>;

/** Valid options of a kind over HTTP. */
export type HttpOptions<Shape extends z.ZodRawShape> = z.output<HttpSchema<Shape>>;

/** Common sentence of the docs about what is tried again. */
export const COMMON_RETRIES = "408, 425, 429, 5xx";

/** Makes a kind of notifier of what is particular to it. */
export function httpKind<Shape extends z.ZodRawShape>(
  kind: HttpKind<Shape>,
): NotifierKind<HttpSchema<Shape>> {
  const schema: HttpSchema<Shape> = z.strictObject({ ...kind.options, ...HTTP_OPTIONS });
  return {
    kind: kind.kind,
    summary: kind.summary,
    schema,
    secretOptions: kind.secretOptions,
    retries: kind.retries ?? COMMON_RETRIES,
    prepare: (options) => prepareKind(kind, options),
  };
}

function prepareKind<Shape extends z.ZodRawShape>(
  kind: HttpKind<Shape>,
  options: HttpOptions<Shape>,
): PreparedNotifier {
  const { timeoutMs, tls } = commonOf(options);
  checkAuthorities(tls);
  kind.check?.(options);
  const secrets = kind.secrets(options);
  return {
    destination: kind.destination(options),
    timeoutMs,
    async send(outgoing, signal) {
      const message = readMessage(outgoing);
      const input = { options, message, text: textOf(message) };
      const exchange = exchangeWith({ outgoing, signal, secrets, timeoutMs, tls });
      const answer =
        "send" in kind ? await kind.send(input, exchange) : await exchange(kind.request(input));
      return answer.outcome;
    },
  };
}

interface Sending {
  outgoing: OutgoingMessage;
  signal: AbortSignal;
  secrets: readonly string[];
  timeoutMs: number;
  tls: TlsOption;
}

function exchangeWith({ outgoing, signal, secrets, timeoutMs, tls }: Sending): Exchange {
  return ({ url, method, headers = {}, body, answers = [], read }) => {
    const payload = payloadOf(body);
    return httpExchange({
      url: new URL(url),
      method,
      headers: {
        "user-agent": `quorate/${VERSION}`,
        "content-type": payload.type,
        ...headers,
      },
      body: payload.body,
      answers: [...answers, ...COMMON_ANSWERS],
      atMs: outgoing.atMs,
      timeoutMs,
      tls,
      secrets,
      read,
      signal,
    });
  };
}

function payloadOf(body: KindRequest["body"]): { type: string; body: string | Uint8Array } {
  if (typeof body === "string") return { type: "text/plain; charset=utf-8", body };
  if (body instanceof Uint8Array) return { type: "application/octet-stream", body };
  if (body instanceof URLSearchParams) {
    return { type: "application/x-www-form-urlencoded", body: body.toString() };
  }
  return { type: "application/json", body: JSON.stringify(body) };
}

/**
 * The common options of a kind. Guarantee: they were parsed by the schema that httpKind made, which
 * holds HTTP_OPTIONS after the kind's own; the compiler cannot see that through `Shape`.
 */
function commonOf(options: object): { timeoutMs: number; tls: TlsOption } {
  return options as { timeoutMs: number; tls: TlsOption };
}

/** A path below a base address, each part encoded; a path that the base has is kept. */
export function urlBelow(base: string, ...parts: string[]): URL {
  const url = new URL(base);
  const path = url.pathname.replace(/\/+$/, "");
  url.pathname = [path, ...parts.map(encodeURIComponent)].join("/");
  return url;
}

/** `POST <origin><path>` of an address without secrets. */
export function postTo(base: string): string {
  const { origin, pathname } = new URL(base);
  return `POST ${origin}${pathname}`;
}

/** `POST <origin>` of an address whose path is a secret. */
export function postToHost(base: string): string {
  return `POST ${new URL(base).origin}/…`;
}
