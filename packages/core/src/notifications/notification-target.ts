/** Where a notification goes, as data. Secrets are named, and never here: they are read where it is sent. */
export type NotificationTarget =
  | {
      readonly kind: "webhook";
      /** `null` where the environment holds it. */
      readonly url: string | null;
      readonly urlEnv: string | null;
      /** Names the environment variable with the secret that requests are signed with; `null` for none. */
      readonly secretEnv: string | null;
      /** Headers besides, by name: names of environment variables. */
      readonly headersEnv: Readonly<Record<string, string>>;
    }
  | { readonly kind: "slack"; readonly urlEnv: string }
  | {
      readonly kind: "email";
      readonly to: readonly string[];
      readonly from: string;
      /** Names the environment variable with the mail server, such as `smtps://user:password@mail.example.com`. */
      readonly smtpEnv: string;
      /** A template; `null` for the first sentence of the message. */
      readonly subject: string | null;
    };

/** What {@link webhook} takes. */
export interface WebhookTargetOptions {
  /** Where to send to. An address that holds a secret belongs into `urlEnv`. */
  readonly url?: string | undefined;
  /** Name of the environment variable, of the daemon, that holds the address. */
  readonly urlEnv?: string | undefined;
  /** Name of the environment variable that holds the secret by which requests are signed. @default not signed */
  readonly secretEnv?: string | undefined;
  /** Headers by name, each with the name of the environment variable that holds its value. @default none */
  readonly headersEnv?: Readonly<Record<string, string>> | undefined;
}

/**
 * Sends a notification as a POST request with a JSON body. It is signed as the Standard Webhooks are
 * (`webhook-id`, `webhook-timestamp`, `webhook-signature`); the id stays the same however often it is tried.
 *
 * @example
 * to: webhook({ url: "https://alerts.example.com/heddle", secretEnv: "ALERTS_SECRET" })
 */
export function webhook(options: WebhookTargetOptions): NotificationTarget {
  const { url = null, urlEnv = null, secretEnv = null, headersEnv = {} } = options;
  return { kind: "webhook", url, urlEnv, secretEnv, headersEnv };
}

/**
 * Sends a notification to a channel of Slack, or of what understands Slack's incoming webhooks.
 *
 * @param options.urlEnv name of the environment variable, of the daemon, that holds the address. @default "SLACK_WEBHOOK_URL"
 */
export function slack(options: { readonly urlEnv?: string | undefined } = {}): NotificationTarget {
  return { kind: "slack", urlEnv: options.urlEnv ?? "SLACK_WEBHOOK_URL" };
}

/** What {@link email} takes. */
export interface EmailTargetOptions {
  /** One address or several. */
  readonly to: string | readonly string[];
  readonly from: string;
  /** Name of the environment variable, of the daemon, that holds the mail server's address. @default "SMTP_URL" */
  readonly smtpEnv?: string | undefined;
  /** A template for the subject. @default the first sentence of the message */
  readonly subject?: string | undefined;
}

/**
 * Sends a notification by e-mail. The daemon needs the package `nodemailer` for it.
 *
 * @example
 * to: email({ to: "data@example.com", from: "heddle@example.com" })
 */
export function email(options: EmailTargetOptions): NotificationTarget {
  const { to, from, smtpEnv = "SMTP_URL", subject = null } = options;
  return { kind: "email", to: typeof to === "string" ? [to] : to, from, smtpEnv, subject };
}

/** Says where a notification goes, in words and without secrets: `e-mail to data@example.com`. */
export function describeTarget(target: NotificationTarget): string {
  switch (target.kind) {
    case "webhook":
      return target.url === null ? `webhook ${target.urlEnv ?? ""}` : `webhook ${hostOf(target.url)}`;
    case "slack":
      return `Slack ${target.urlEnv}`;
    case "email":
      return `e-mail to ${target.to.join(", ")}`;
  }
}

/** Of an address only the host is shown: what comes after it may be a secret. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : "?";
}
