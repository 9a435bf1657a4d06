/** The smtp kind: greeting, EHLO, STARTTLS, sign-in, and whether a recipient is taken. */
import type { CheckKind, PreparedCheck } from "./check.ts";
import { openConnection } from "./connect.ts";
import type { Destination } from "./connection.ts";
import { hold } from "./conversation.ts";
import { abortOf, startLook } from "./look.ts";
import { secretForms } from "./secrets.ts";
import { hostPort } from "./sentence.ts";
import { smtpSchema } from "./smtp-options.ts";
import type { SmtpOptions } from "./smtp-options.ts";
import { createSmtpTalk } from "./smtp-talk.ts";
import { planTls } from "./tls.ts";

/** The smtp kind. */
export const smtpKind: CheckKind<typeof smtpSchema> = {
  kind: "smtp",
  summary: "Speaks SMTP: greeting, STARTTLS, sign-in, and whether a recipient would be taken.",
  schema: smtpSchema,
  secretOptions: ["password", "tls.key"],
  examples: [
    {
      title: "Submission with STARTTLS, a sign-in, and a certificate with days left",
      options: {
        host: "mail.example.com",
        port: 587,
        security: "starttls",
        tls: { daysMin: 14 },
        user: "probe",
        password: "${secret:mail}",
      },
    },
    {
      title: "Mail for us would be taken",
      options: { host: "mx.example.com", to: "postmaster@example.com" },
    },
  ],
  prepare: prepareSmtp,
};

function prepareSmtp(options: SmtpOptions): PreparedCheck {
  const { host, security, family, resolver, sourceAddress, latencyLimitMs } = options;
  const port = options.port ?? (security === "tls" ? 465 : 25);
  const plan = security === "none" ? undefined : planTls(options.tls);
  const tls = security === "tls" ? plan : undefined;
  const destination: Destination = { host, port, family, resolver, sourceAddress, tls };
  const secrets = secretForms(secretsOf(options));
  return {
    endpoint: `${security === "tls" ? "smtps" : "smtp"}://${hostPort(host, port)}`,
    run(context, done) {
      const look = startLook({ context, done, secrets, latencyLimitMs });
      const upgrade = security === "starttls" ? plan : undefined;
      openConnection(look, destination, hold(look, createSmtpTalk(look, options, upgrade)));
      return abortOf(look);
    },
  };
}

/** The password, and what a server could echo of the sign-in. */
function secretsOf({ user = "", password }: SmtpOptions): string[] {
  if (password === undefined) return [];
  const plain = Buffer.from(`\0${user}\0${password}`).toString("base64");
  return [password, plain, Buffer.from(password).toString("base64")];
}
