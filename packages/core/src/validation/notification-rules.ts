import { isRecord, listOf, type Definitions } from "../definitions.ts";
import { isHeddleError } from "../errors.ts";
import { describeType } from "../json-value.ts";
import { formatNearest } from "../nearest.ts";
import { TEMPLATE_FIELDS, unknownTemplateFields } from "../notifications/message-template.ts";
import { isNotification, type Notification } from "../notifications/notification.ts";
import type { NotificationTarget } from "../notifications/notification-target.ts";
import { parseSelection } from "../selection/parse-selection.ts";
import { asksForStatus } from "../selection/selection.ts";
import type { DefinitionRule } from "./definition-problem.ts";

const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_-]{0,99}$/u;
const ENVIRONMENT_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,199}$/u;
const ADDRESS = /^[^\s@<>"]+@[^\s@<>"]+$/u;
const FROM = /^[^\r\n]{1,300}$/u;
const MAX_TARGETS = 5;
const MAX_TEMPLATE = 10_000;
const MAX_MS = 30 * 24 * 3_600_000;

type Problem = readonly [message: string, hint: string];

/** Every notification has a name of its own, tells something, and says where it goes in a way that can be used. */
export const notificationRule: DefinitionRule = (definitions, report) => {
  const firsts = new Map<string, Notification>();
  for (const one of listOf(definitions.given.notifications)) {
    if (!isNotification(one)) continue;
    const place = report.place(one);
    const subject = `the notification ${JSON.stringify(one.name)}${place === null ? "" : ` (${place})`}`;
    const about = { source: one.source };
    const folded = String(one.name).normalize("NFC").toLowerCase();
    const first = firsts.get(folded);
    if (first === undefined) firsts.set(folded, one);
    else if (first !== one) {
      const message = `${subject} has the name of another one (${report.place(first) ?? "an unknown place"})`;
      report.add("NOTIFICATION_NAME_DUPLICATE", { message, hint: "Give one of them another name.", about });
    }
    for (const [problem, hint] of problemsOf(one, definitions)) {
      report.add("NOTIFICATION_INVALID", { message: `${subject} cannot be used: ${problem}`, hint, about });
    }
  }
};

function problemsOf(declared: Notification, definitions: Definitions): Problem[] {
  const { name, on, to, groupBy }: { readonly [K in keyof Notification]: unknown } = declared;
  const problems: Problem[] = [];
  if (typeof name !== "string" || !NAME.test(name)) {
    problems.push([
      "its name cannot be stored or typed",
      "Use 1 to 100 letters, digits, _ and -, and do not begin with -.",
    ]);
  }
  const isTriggers =
    Array.isArray(on) && on.length > 0 && on.every((one) => isRecord(one) && typeof one["kind"] === "string");
  if (!isTriggers) problems.push(["it says nothing to tell of", "Write on: [runFailed(), checkNotPassed()]."]);
  const isTargets = Array.isArray(to) && to.length > 0 && to.length <= MAX_TARGETS;
  if (!isTargets) problems.push([`it has no place to send to, or more than ${MAX_TARGETS}`, "Write to: slack()."]);
  else problems.push(...declared.to.flatMap(targetProblems));
  if (!["all", "run", "asset"].includes(String(groupBy))) {
    problems.push([`its groupBy is ${JSON.stringify(groupBy)}`, 'Use "all", "run" or "asset".']);
  }
  const { message, gatherMs, minIntervalMs, giveUpAfterMs }: { readonly [K in keyof Notification]: unknown } = declared;
  for (const [option, value] of Object.entries({ gatherMs, minIntervalMs, giveUpAfterMs })) {
    const least = option === "giveUpAfterMs" ? 1 : 0;
    if (typeof value === "number" && value >= least && value <= MAX_MS) continue;
    problems.push([`its ${option} is ${String(value)}`, `Use ${least} to ${MAX_MS} (30 days).`]);
  }
  if (message !== null) problems.push(...templateProblems("message", message));
  const isTags = isRecord(declared.tags) && Object.values(declared.tags).every((value) => typeof value === "string");
  if (!isTags) problems.push(["its tags are no object of texts", 'Write tags: { team: "finance" }.']);
  return [...problems, ...selectionProblems(declared, definitions)];
}

function templateProblems(option: string, template: unknown): Problem[] {
  if (typeof template !== "string" || template.trim() === "" || template.length > MAX_TEMPLATE) {
    return [
      [`its ${option} is ${describeType(template)} and no text of 1 to ${MAX_TEMPLATE} characters`, "Give a text."],
    ];
  }
  const names = Object.keys(TEMPLATE_FIELDS);
  return unknownTemplateFields(template).map((name) => [
    `its ${option} names {{${name}}}, which stands for nothing`,
    formatNearest(name, names) ?? `Use one of: ${names.join(", ")}.`,
  ]);
}

function targetProblems(target: NotificationTarget): Problem[] {
  const given: unknown = target;
  if (!isRecord(given)) return [[`its target is ${describeType(given)}`, "Write to: slack(), webhook(…) or email(…)."]];
  const isVariable = (value: unknown): boolean => typeof value === "string" && ENVIRONMENT_NAME.test(value);
  const variable = (option: string, value: unknown): Problem[] =>
    isVariable(value)
      ? []
      : [
          [
            `${option} is no name of an environment variable`,
            'Name the variable, such as "ALERTS_URL"; never write a secret here.',
          ],
        ];
  switch (target.kind) {
    case "slack":
      return variable("urlEnv of slack()", target.urlEnv);
    case "webhook": {
      const { url, urlEnv, secretEnv, headersEnv } = target;
      const where: Problem[] =
        (url === null) === (urlEnv === null)
          ? [["webhook() needs url or urlEnv, and only one of them", "State one of them."]]
          : url === null
            ? variable("urlEnv of webhook()", urlEnv)
            : urlProblems(url);
      const headers = isRecord(headersEnv) ? Object.entries(headersEnv) : [];
      return [
        ...where,
        ...(secretEnv === null ? [] : variable("secretEnv of webhook()", secretEnv)),
        ...headers.flatMap(([name, value]) => variable(`headersEnv.${name} of webhook()`, value)),
      ];
    }
    case "email": {
      const { to, from, smtpEnv, subject } = target;
      const isTo =
        Array.isArray(to) && to.length > 0 && to.length <= 50 && to.every((one) => ADDRESS.test(String(one)));
      return [
        ...(isTo ? [] : [["to of email() is no list of 1 to 50 addresses", 'Write to: "data@example.com".'] as const]),
        ...(typeof from === "string" && FROM.test(from) && from.includes("@")
          ? []
          : [["from of email() is no address", 'Write from: "heddle@example.com".'] as const]),
        ...variable("smtpEnv of email()", smtpEnv),
        ...(subject === null ? [] : templateProblems("subject", subject)),
      ];
    }
    default:
      return [["its target is of a kind that there is not", "Write to: slack(), webhook(…) or email(…)."]];
  }
}

function urlProblems(url: unknown): Problem[] {
  const parsed = typeof url === "string" && URL.canParse(url) ? new URL(url) : null;
  if (parsed !== null && (parsed.protocol === "https:" || parsed.protocol === "http:")) {
    return parsed.username === "" && parsed.password === ""
      ? []
      : [
          [
            "url of webhook() holds a password",
            "Put the whole address into an environment variable and name that with urlEnv.",
          ],
        ];
  }
  return [["url of webhook() is no http or https address", 'Write url: "https://alerts.example.com/heddle".']];
}

function selectionProblems({ assets }: Notification, definitions: Definitions): Problem[] {
  if (assets === null) return [];
  if ("keys" in assets) {
    return assets.keys
      .filter((key) => !definitions.assets.has(key))
      .map((key) => [
        `it selects the asset ${JSON.stringify(key)}, which is not part of the definitions`,
        formatNearest(key, definitions.assets.keys()) ?? "Add the asset to definitions({ assets: […] }).",
      ]);
  }
  try {
    return asksForStatus(parseSelection(assets.selection))
      ? [["it selects assets by their status", "Name assets by what does not change: key, group, tag."]]
      : [];
  } catch (error) {
    if (!isHeddleError(error)) throw error;
    return [[error.message, error.hint ?? "Correct the selection."]];
  }
}
