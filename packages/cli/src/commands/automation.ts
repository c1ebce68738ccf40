import type { AutomatedTarget, ConditionNode, SentencePart } from "@heddle/api";
import { userInfo } from "node:os";
import { openApi } from "../api-client.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { withEngine } from "../one-shot-engine.ts";
import type { CommonOptions } from "../program/command-types.ts";
import { paint, print, printJson, printTable, visible } from "../terminal.ts";

/** Which condition is meant. */
export interface CheckOption extends CommonOptions {
  /** Name of a check of the asset; left out: the asset itself. */
  readonly check?: string;
}

/** `heddle automation` and `heddle automation list` */
export async function listAutomation(options: CommonOptions): Promise<ExitCode> {
  await using project = await openApi(options.project);
  return await withEngine(project, { needsWorker: false }, async () => {
    const { conditions } = await project.api.automation.conditions();
    if (options.json === true) for (const one of conditions) printJson(one);
    else if (conditions.length === 0) print(paint.dim("no conditions; declare automation: eager() on an asset"));
    else printTable(conditions.map(describeCondition));
    return EXIT.ok;
  });
}

function describeCondition({ asset, check, text, state, switched, stopped, lastRequest }: AutomatedTarget): string[] {
  const off = switched?.reason ?? "";
  return [
    check === null ? asset.key : `${asset.key}.${check}`,
    state === "off" ? paint.yellow("off") : stopped === null ? paint.green("on") : paint.red("stopped"),
    text,
    lastRequest === null
      ? ""
      : `${timeOf(lastRequest.at)} ${lastRequest.count} in run ${lastRequest.runIds.join(", ")}`,
    state === "off" ? paint.dim(off) : "",
  ];
}

/** `heddle automation pause` and `heddle automation resume` */
export async function setAutomation(
  key: string,
  on: boolean,
  options: CheckOption & { readonly reason?: string },
): Promise<ExitCode> {
  await using project = await openApi(options.project);
  return await withEngine(project, { needsWorker: false }, async () => {
    const { check = null, reason = null } = options;
    const change = await project.api.automation.set({ assetKey: key, check, on, reason, actor: userName() });
    const name = check === null ? key : `${key}.${check}`;
    if (options.json === true) printJson(change);
    else print(visible(`the condition of ${name} is ${change.state}${change.changed ? "" : " already"}`));
    return EXIT.ok;
  });
}

/** Who runs the command; `null` for a user without a name. */
function userName(): string | null {
  try {
    return userInfo().username;
  } catch {
    return null;
  }
}

/** `heddle automation preview` */
export async function previewAutomation(selection: string | undefined, options: CommonOptions): Promise<ExitCode> {
  await using project = await openApi(options.project);
  return await withEngine(project, { needsWorker: false }, async () => {
    const preview = await project.api.automation.preview(selection === undefined ? {} : { selection });
    if (options.json === true) {
      printJson(preview);
      return EXIT.ok;
    }
    const { requests, evaluated } = preview;
    if (requests.length === 0) print(`nothing would be requested now; ${evaluated} conditions were evaluated`);
    for (const { asset, check, text, count, sentences } of requests) {
      const name = check === null ? asset.key : `check ${check} of ${asset.key}`;
      print(visible(`${name}${text === "" ? "" : ` ${text}`}${count > 1 ? ` (${count})` : ""}`));
      for (const sentence of sentences) print(visible(`  because ${sentenceText(sentence)}`));
    }
    return EXIT.ok;
  });
}

/** `heddle why` */
export async function why(
  key: string,
  partition: string | undefined,
  options: CheckOption & { readonly tree?: boolean },
): Promise<ExitCode> {
  await using project = await openApi(options.project);
  return await withEngine(project, { needsWorker: false }, async () => {
    const { check } = options;
    const answer = await project.api.automation.why({
      assetKey: key,
      ...(partition !== undefined && { partition }),
      ...(check !== undefined && { check }),
    });
    if (options.json === true) {
      printJson(answer);
      return EXIT.ok;
    }
    for (const sentence of answer.sentences) print(visible(sentenceText(sentence)));
    if (answer.nextChange !== null && !answer.wouldRequestNow) {
      print(paint.dim(`A clock matters to it next on ${timeOf(answer.nextChange)}.`));
    }
    if (options.tree === true && answer.tree !== null) printTree(answer.tree, "");
    return EXIT.ok;
  });
}

const MARKS = { all: "✓", some: "◐", none: "·" } as const;

function printTree({ label, text, assetKey, status, held, candidates, children }: ConditionNode, indent: string): void {
  const name = label === null || label === text ? text : `${label}: ${text}`;
  const of = held.text === "" ? `${held.count} of ${candidates}` : `${held.text} (${held.count} of ${candidates})`;
  print(visible(`${indent}${MARKS[status]} ${name}`) + paint.dim(visible(`  ${assetKey} ${of}`)));
  for (const child of children) printTree(child, `${indent}  `);
}

function sentenceText(parts: readonly SentencePart[]): string {
  return parts.map(partText).join("");
}

function partText(part: SentencePart): string {
  switch (part.kind) {
    case "text":
      return part.text;
    case "asset":
      return part.key;
    case "partition":
      return part.partitionKey;
    case "run":
      return `run ${part.runId}`;
    case "check":
      return `${part.assetKey}.${part.name}`;
    case "instant":
      return timeOf(part.at);
  }
}

function timeOf(instant: number): string {
  return new Date(instant)
    .toISOString()
    .replace("T", " ")
    .replace(/\.\d+Z$/u, " UTC");
}
