/** What a template may name, and what each stands for. */
export const TEMPLATE_FIELDS = {
  rule: "the notification's name",
  count: "how many things it tells",
  message: "what happened, in sentences, a line for each thing",
  sentence: "the first of these sentences",
  at: "when the first of them happened",
  url: "the page of the catalog to look at",
  kind: "what happened, such as run-failed",
  "run.id": "the run's number",
  "run.url": "the run's page",
  "run.origin": "why the run existed",
  "asset.key": "the asset",
  "asset.url": "the asset's page",
  partitions: "which partitions",
  "check.name": "the asset check",
  error: "the message of the error",
  subject: "the schedule, the sensor, the code location, or what was changed",
  actor: "who changed it",
} as const;

/** A name between the braces of a template. */
export type TemplateField = keyof typeof TEMPLATE_FIELDS;

const PLACEHOLDER = /\{\{\s*(?<name>[^{}]*?)\s*\}\}/gu;

/** The names in a template that stand for nothing, as they are written. */
export function unknownTemplateFields(template: string): string[] {
  return [...template.matchAll(PLACEHOLDER)].flatMap(({ groups }) => {
    const name = groups?.["name"] ?? "";
    return isField(name) ? [] : [name];
  });
}

/**
 * Puts values into a template: `{{run.id}}` becomes the run's number. There is nothing but names in it: values are never
 * read as templates, and what has no value is empty.
 */
export function renderTemplate(template: string, values: Readonly<Partial<Record<TemplateField, string>>>): string {
  return template.replaceAll(PLACEHOLDER, (...found: unknown[]) => {
    const name = String(found[1]);
    return isField(name) ? (values[name] ?? "") : "";
  });
}

function isField(name: string): name is TemplateField {
  return Object.hasOwn(TEMPLATE_FIELDS, name);
}
