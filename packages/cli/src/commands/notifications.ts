import type { NotificationMessage, NotificationSummary } from "@heddle/api";
import { HeddleError } from "@heddle/core";
import { openApi } from "../api-client.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { withEngine } from "../one-shot-engine.ts";
import type { CommonOptions } from "../program/command-types.ts";
import { readNumber } from "../read-number.ts";
import { formatDuration, paint, print, printJson, printTable, visible } from "../terminal.ts";

/** How long a test waits for what became of its messages. */
const TEST_WAIT_MS = 30_000;
const LOOK_INTERVAL_MS = 250;

/** `heddle notifications list` */
export async function listNotifications(options: CommonOptions): Promise<ExitCode> {
  await using project = await openApi(options.project);
  return await withEngine(project, { needsWorker: false }, async () => {
    const { notifications } = await project.api.notifications.list({});
    if (options.json === true) for (const one of notifications) printJson(one);
    else if (notifications.length === 0) print(paint.dim("no notifications are declared"));
    else printTable(notifications.map(describeNotification));
    return EXIT.ok;
  });
}

/** `heddle notifications messages` */
export async function listMessages(
  options: CommonOptions & { readonly failed?: boolean; readonly limit: string },
): Promise<ExitCode> {
  await using project = await openApi(options.project);
  const limit = readNumber(options.limit, { name: "--limit", min: 1, max: 500 });
  const states: NotificationMessage["state"][] = ["failed"];
  const query = { limit, ...(options.failed === true && { states }) };
  const { items } = await project.api.notifications.messages(query);
  if (options.json === true) for (const one of items) printJson(one);
  else if (items.length === 0) print(paint.dim("no messages"));
  else printTable(items.map(describeMessage));
  return EXIT.ok;
}

/** `heddle notifications test`: sends a message, and waits for what becomes of it. */
export async function testNotification(name: string, options: CommonOptions): Promise<ExitCode> {
  await using project = await openApi(options.project);
  return await withEngine(project, { needsWorker: false }, async () => {
    const { messageIds } = await project.api.notifications.test({ name });
    const messages = await awaitMessages(name, messageIds);
    for (const one of messages) if (options.json === true) printJson(one);
    if (options.json !== true) printTable(messages.map(describeMessage));
    if (messages.some(({ state }) => state === "sending")) throw unanswered(name);
    return messages.every(({ state }) => state === "sent") ? EXIT.ok : EXIT.failed;
  });

  async function awaitMessages(notification: string, ids: readonly number[]): Promise<NotificationMessage[]> {
    const wanted = new Set(ids);
    const deadline = performance.now() + TEST_WAIT_MS;
    for (;;) {
      const { items } = await project.api.notifications.messages({ notification, limit: 50 });
      const found = items.filter(({ id }) => wanted.has(id));
      const isOver = found.every(({ state, error }) => state !== "sending" || error !== null);
      if (isOver || performance.now() > deadline) return found;
      await new Promise((resolve) => setTimeout(resolve, LOOK_INTERVAL_MS));
    }
  }
}

/** `heddle notifications retry`: one message, or all that have failed. */
export async function retryMessages(id: string | undefined, options: CommonOptions): Promise<ExitCode> {
  await using project = await openApi(options.project);
  return await withEngine(project, { needsWorker: false }, async () => {
    const { api } = project;
    const ids =
      id === undefined
        ? (await api.notifications.messages({ states: ["failed"], limit: 500 })).items.map((one) => one.id)
        : [readNumber(id, { name: "message", min: 1, max: Number.MAX_SAFE_INTEGER })];
    for (const one of ids) {
      const { changed } = await api.notifications.retry({ id: one });
      if (options.json === true) printJson({ id: one, changed });
      else
        print(
          `message ${one} ${changed ? "is tried again" : "is not tried again: it was delivered, or is on its way"}`,
        );
    }
    if (ids.length === 0 && options.json !== true) print(paint.dim("no message has failed"));
    return EXIT.ok;
  });
}

function describeNotification({ name, on, to, messages, lastSentAt }: NotificationSummary): string[] {
  const { sent, failed, open } = messages;
  const ago = lastSentAt === null ? "" : `, last ${formatDuration(Math.max(0, Date.now() - lastSentAt))} ago`;
  return [
    visible(name),
    on.join("; "),
    paint.dim(to.map(({ text }) => text).join(", ")),
    failed > 0 ? paint.red(`${failed} failed`) : "",
    paint.dim(`${sent} sent${open > 0 ? `, ${open} open` : ""}${ago}`),
  ];
}

function describeMessage({ id, notification, place, state, count, sentences, error }: NotificationMessage): string[] {
  return [
    String(id),
    visible(notification),
    state === "failed" ? paint.red(state) : state,
    paint.dim(place.text),
    visible(error?.message ?? `${sentences[0] ?? ""}${count > 1 ? ` (and ${count - 1} more)` : ""}`),
  ];
}

function unanswered(name: string): HeddleError {
  return new HeddleError("NOTIFICATION_UNDELIVERED", `a test of ${name} was not delivered within 30 seconds`, {
    hint: "Look at `heddle notifications messages`; a daemon has to run, and the receiver has to answer.",
  });
}
