import type { createTransport } from "nodemailer";
import { HeddleError, type NotificationTarget } from "@heddle/core";
import { renderTemplate } from "@heddle/core/internal";
import type { DueMessage } from "@heddle/storage";
import type { RenderedMessage } from "./render-message.ts";
import { secretOf, SendFailure, undelivered, type SendScope } from "./send-http.ts";

const MAX_SUBJECT = 200;

/**
 * Sends a message through a mail server. Its Message-ID stays the same however often it is tried, by which most
 * programs show it once. @throws SendFailure
 */
export async function sendEmail(
  message: DueMessage,
  rendered: RenderedMessage,
  { target, scope }: { target: Extract<NotificationTarget, { kind: "email" }>; scope: SendScope },
): Promise<void> {
  const url = secretOf(target.smtpEnv, scope);
  const nodemailer = await loadNodemailer();
  const { timeoutMs, ca } = scope;
  const limits = { connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs };
  const transport = nodemailer.createTransport(
    { url, ...limits, ...(ca !== undefined && { tls: { ca } }) },
    // Nothing of a message is read from files or addresses.
    { disableFileAccess: true, disableUrlAccess: true },
  );
  try {
    await transport.sendMail({
      from: target.from,
      to: [...target.to],
      subject: subjectOf(target.subject, rendered),
      text: `${rendered.text}\n\n-- \nHeddle, notification ${message.notification}\n`,
      messageId: `<${message.key}@heddle>`,
      headers: { "x-heddle-notification": message.key, "auto-submitted": "auto-generated" },
    });
  } catch (error) {
    throw failureOf(error);
  } finally {
    transport.close();
  }
}

function subjectOf(template: string | null, { title, values }: RenderedMessage): string {
  const text = template === null ? title : renderTemplate(template, values);
  const line = text.replaceAll(/[\p{Cc}\u{2028}\u{2029}]+/gu, " ").trim();
  return line.length <= MAX_SUBJECT ? line : `${line.slice(0, MAX_SUBJECT)}…`;
}

async function loadNodemailer(): Promise<{ readonly createTransport: typeof createTransport }> {
  try {
    return await import("nodemailer");
  } catch (cause) {
    const failure = new HeddleError(
      "NOTIFICATION_CONFIG_MISSING",
      "the daemon has no package nodemailer, by which e-mail is sent",
      {
        hint: "Install it in the project: npm install nodemailer. Then retry the message.",
        cause,
      },
    );
    throw new SendFailure(failure, { mayRetry: false });
  }
}

/** A mail server says with 5 that it never will, with 4 that it may later. */
function failureOf(error: unknown): SendFailure {
  const { responseCode, code } =
    typeof error === "object" && error !== null
      ? (error as { readonly responseCode?: unknown; readonly code?: unknown })
      : {};
  const isRefused =
    (typeof responseCode === "number" && responseCode >= 500) || code === "EAUTH" || code === "EENVELOPE";
  if (!isRefused) return undelivered(error);
  const message = error instanceof Error ? error.message : String(error);
  const failure = new HeddleError("NOTIFICATION_REFUSED", `the mail server refused the message: ${message}`, {
    hint: "Look at its answer; correct the addresses, or the user and password in the server's address.",
  });
  return new SendFailure(failure, { mayRetry: false });
}
