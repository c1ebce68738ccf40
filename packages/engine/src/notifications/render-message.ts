import { describeNotifiedEvent, renderTemplate, type NotifiedEvent, type TemplateField } from "@heddle/core/internal";
import type { DueMessage } from "@heddle/storage";

/** A message, written out. */
export interface RenderedMessage {
  /** By its template, or a sentence for each thing. */
  readonly text: string;
  /** The first sentence. */
  readonly title: string;
  /** Sentences with the pages to look at; the first things of many. */
  readonly lines: readonly { readonly sentence: string; readonly url: string | null }[];
  /** Things that are not told one by one. */
  readonly more: number;
  /** The page to look at first; `null` without a public address. */
  readonly url: string | null;
  readonly values: Readonly<Partial<Record<TemplateField, string>>>;
}

/** What of a message is written. */
export type MessageContent = Pick<DueMessage, "notification" | "count" | "events" | "template">;

/** Writes a message out. @param publicUrl where people open the catalog; `null` for no links */
export function renderMessage(message: MessageContent, publicUrl: string | null): RenderedMessage {
  const { notification, count, events, template } = message;
  const lines = events.map((event) => ({ sentence: describeNotifiedEvent(event), url: urlOf(event, publicUrl) }));
  const more = Math.max(0, count - events.length);
  const [first] = events;
  const title =
    count === 1 ? (lines[0]?.sentence ?? notification) : `${notification}: ${count.toLocaleString("en")} things`;
  const told = [
    ...lines.map(({ sentence }) => sentence),
    ...(more > 0 ? [`… and ${more.toLocaleString("en")} more.`] : []),
  ];
  const url = lines[0]?.url ?? null;
  const values = first === undefined ? {} : valuesOf(first, publicUrl);
  const all = {
    ...values,
    rule: notification,
    count: String(count),
    message: told.join("\n"),
    sentence: lines[0]?.sentence ?? "",
    url: url ?? "",
  };
  const text = template === null ? textOf(lines, more) : renderTemplate(template, all);
  return { text, title, lines, more, url, values: all };
}

function textOf(lines: RenderedMessage["lines"], more: number): string {
  const told = lines.map(({ sentence, url }) => (url === null ? sentence : `${sentence} ${url}`));
  return [...told, ...(more > 0 ? [`… and ${more.toLocaleString("en")} more.`] : [])].join("\n");
}

/** The page of the catalog that shows a thing. */
export function urlOf({ kind, runId, assetKey, subject }: NotifiedEvent, publicUrl: string | null): string | null {
  if (publicUrl === null) return null;
  if (runId !== null) return `${publicUrl}/runs/${runId}`;
  if (assetKey !== null) return `${publicUrl}/assets/${assetPath(assetKey)}`;
  if (kind === "schedule-failed" || kind === "sensor-failed") {
    return `${publicUrl}/automation/${kind === "schedule-failed" ? "schedules" : "sensors"}/${encodeURIComponent(subject ?? "")}`;
  }
  if (kind === "code-failed") return `${publicUrl}/deployment`;
  if (kind === "manual-change") return `${publicUrl}/deployment?tab=audit`;
  return subject === null ? publicUrl : `${publicUrl}/deployment?tab=notifications`;
}

function assetPath(key: string): string {
  return encodeURIComponent(key).replaceAll("%2F", "/");
}

function valuesOf(event: NotifiedEvent, publicUrl: string | null): Partial<Record<TemplateField, string>> {
  const { kind, at, runId, origin, assetKey, partitions, check, subject, error, actor } = event;
  const base = publicUrl ?? "";
  return {
    kind,
    at: new Date(at).toISOString(),
    partitions,
    ...(runId !== null && { "run.id": String(runId) }),
    ...(runId !== null && publicUrl !== null && { "run.url": `${base}/runs/${runId}` }),
    ...(origin !== null && { "run.origin": origin }),
    ...(assetKey !== null && { "asset.key": assetKey }),
    ...(assetKey !== null && publicUrl !== null && { "asset.url": `${base}/assets/${assetPath(assetKey)}` }),
    ...(check !== null && { "check.name": check }),
    ...(subject !== null && { subject }),
    ...(error !== null && { error }),
    ...(actor !== null && { actor }),
  };
}
