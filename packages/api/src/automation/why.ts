import { HeddleError, isHeddleError, type PartitionSpace } from "@heddle/core";
import {
  createPartitionSpaces,
  explainCondition,
  findNotHeldSince,
  nextAutomationInstant,
  readExplanation,
  targetId,
  type AutomationExplanation,
  type ConditionStory,
  type NotHeldSince,
  type StoredExplanation,
} from "@heddle/core/internal";
import { explainAsOfNow, LOOK_DEADLINE_MS, type ExplainedNow } from "@heddle/engine/automation";
import {
  partitionKeyOf,
  readAssetStandings,
  requireAsset,
  type AssetStanding,
  type IndexedAsset,
} from "@heddle/engine/planning";
import {
  readAutomationEvaluations,
  readAutomationExplanations,
  readAutomationRound,
  readAutomationSwitches,
  readOpenChecks,
  readOpenRunPartitions,
  type AutomationEvaluationRow,
  type AutomationSwitchRow,
  type Transaction,
} from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { AutomationVerdict, AutomationWhy, SentencePart } from "../contract.ts";
import type { AutomationWhyInput } from "../inputs/automation.ts";
import { mostAskedPartition } from "./asked-partition.ts";
import { describeTree } from "./condition-tree.ts";
import { sentenceParts, type NameScope } from "./sentence-parts.ts";
import { explainFailedAnswer, explainStaleAnswer } from "./unseen-answer.ts";

/** Evaluations that are looked through for the last request of a partition. */
const MAX_LOOKED_THROUGH = 200;
/** Evaluations that are looked through for when a part last changed. */
const MAX_TREES = 50;
const NAMED_RUNS = 5;

/** Answers `automation.why`. @throws ASSET_UNKNOWN, AUTOMATION_CHECK_UNKNOWN, PARTITION_UNKNOWN */
export async function explainWhy(state: ApiState, input: AutomationWhyInput): Promise<AutomationWhy> {
  return state.db.read("automation.why", (tx) => explain(state, tx, input), { deadlineMs: LOOK_DEADLINE_MS });
}

/** What is asked, found among what is declared. */
interface Asked {
  readonly asset: IndexedAsset;
  readonly check: string | null;
  readonly space: PartitionSpace;
  /** `null` when there is no such partition. */
  readonly ordinal: number | null;
  readonly partition: string;
  readonly name: string;
  readonly scope: NameScope;
}

async function explain(state: ApiState, tx: Transaction, input: AutomationWhyInput): Promise<AutomationWhy> {
  const index = await state.definitions.index(tx);
  const asset = requireAsset(index, input.assetKey);
  const check = input.check ?? null;
  const of = check === null ? asset.definition : asset.definition.checks.find(({ name }) => name === check);
  if (of === undefined || check === "") throw checkUnknown(asset, check ?? "");
  const now = await explainAsOfNow(state, tx, { asset: asset.key, check });
  const spaces = await state.definitions.spaces(tx, now.look.at);
  const [standing] = await readAssetStandings(state, tx, { assets: [asset], spaces });
  const asked = ask(asset, check, { partition: input.partition, standing, scope: { index, spaces } });
  const environmentId = await state.definitions.environmentId(tx);
  const requests = await readRequests(tx, { environmentId, asked });
  const judged = await judge(tx, { environmentId, asked, now, hasCondition: of.automation !== undefined });
  const last = requests.find(({ requested }) => asked.ordinal !== null && requested.has(asked.ordinal));
  const position = now.compiled.targets.findIndex(({ id }) => id === targetId(asset.key, check));
  const told = last === undefined ? [] : [lastRequestParts(last)];
  const since = judged.verdict === "not_requested" ? await readNotHeldSince(tx, { environmentId, asked, now }) : null;
  const condition = of.automation?.condition;
  const unseen =
    judged.verdict !== "not_requested" || check !== null || standing === undefined || asked.ordinal === null
      ? []
      : [
          ...explainFailedAnswer({ standing, ordinal: asked.ordinal, condition }),
          ...(await explainStaleAnswer(state, tx, { standing, ordinal: asked.ordinal, spaces, condition })),
        ];
  const [decision = [], ...changes] = judged.sentences.map((text) => sentenceParts(text, asked.scope));
  return {
    at: now.look.at,
    assetKey: asset.key,
    check,
    partition: asked.partition,
    ordinal: asked.ordinal,
    verdict: judged.verdict,
    sentences: [
      decision,
      ...(since === null ? [] : [sinceParts(since, judged.reasonCount)]),
      ...changes,
      ...unseen,
      ...told,
    ],
    tree: now.explanation === null ? null : describeTree(now.explanation.root, asked.scope),
    wouldRequestNow: judged.verdict === "requested",
    nextChange: position < 0 ? null : nextAutomationInstant(now.compiled, now.look.at, position),
    notHeldSince: since,
    lastRequest: last === undefined ? null : { evaluationId: last.id, at: last.at, runId: last.runId },
  };
}

function ask(
  asset: IndexedAsset,
  check: string | null,
  {
    partition,
    standing,
    scope,
  }: {
    readonly partition: string | undefined;
    readonly standing: AssetStanding | undefined;
    readonly scope: NameScope;
  },
): Asked {
  const space = scope.spaces.of(asset);
  const isCut = asset.definition.partitions !== null;
  // Of a check the newest is meant by people who name none.
  const meant = standing === undefined || check !== null ? space.all.last : mostAskedPartition(standing, space);
  const stated = partition ?? (isCut && meant !== undefined ? partitionKeyOf(space, meant) : "");
  const ordinal = isCut ? space.ordinalOf(stated) : 0;
  if (!isCut && stated !== "") throw uncut(asset, stated);
  const of = isCut && stated !== "" ? `${asset.key} ${stated}` : asset.key;
  return {
    asset,
    check,
    space,
    ordinal: ordinal !== null && space.all.has(ordinal) ? ordinal : null,
    partition: isCut ? stated : "",
    name: check === null ? of : `The check ${JSON.stringify(check)} of ${of}`,
    scope,
  };
}

interface Judged {
  readonly verdict: AutomationVerdict;
  readonly sentences: readonly string[];
  /** Reasons that the first of them gives. */
  readonly reasonCount?: number;
}

async function judge(
  tx: Transaction,
  {
    environmentId,
    asked,
    now,
    hasCondition,
  }: {
    readonly environmentId: number;
    readonly asked: Asked;
    readonly now: ExplainedNow;
    readonly hasCondition: boolean;
  },
): Promise<Judged> {
  const { asset, check, name, ordinal, partition } = asked;
  if (!hasCondition) {
    return {
      verdict: "no_condition",
      sentences: [`${name} has no automation condition: people, schedules and sensors make it.`],
    };
  }
  const { explanation, look } = now;
  const story =
    explanation === null || ordinal === null
      ? null
      : explainCondition(explanation, {
          partition,
          assets: [...look.definitions.compiled.assets.values()],
          dynamicKeys: look.dynamicKeys,
        });
  const off = (await readAutomationSwitches(tx)).find((row) => row.asset === asset.key && row.check === check);
  if (off?.isOff === true) return { verdict: "off", sentences: [offSentence(name, off)] };
  if (ordinal === null) return { verdict: "not_there", sentences: [notThere(asked, look.at)] };
  if (check === null && look.view.factsOf(asset.key).inProgress.has(ordinal)) {
    const runs = await readOpenRunPartitions(tx, { environmentId, assetIds: [asset.id] });
    return {
      verdict: "in_progress",
      sentences: [
        held(
          name,
          runs.filter(({ open }) => open.has(ordinal)).map(({ runId }) => runId),
        ),
      ],
    };
  }
  if (check !== null && look.view.factsOf(asset.key).checks.get(check)?.inProgress.has(ordinal) === true) {
    const runs = await readOpenChecks(tx, { environmentId, assetIds: [asset.id] });
    const own = runs.filter(({ checks, open }) => checks.includes(check) && open.has(ordinal));
    return {
      verdict: "in_progress",
      sentences: [
        checking(
          name,
          own.map(({ runId }) => runId),
        ),
      ],
    };
  }
  if ((await readAutomationRound(tx, environmentId)) === null) {
    return { verdict: "not_evaluated", sentences: [`No daemon has evaluated the condition of ${name} yet.`] };
  }
  if (story === null)
    return {
      verdict: "not_evaluated",
      sentences: [`The condition of ${name} cannot be evaluated by this version of Heddle.`],
    };
  return tell(name, story);
}

function tell(name: string, story: ConditionStory): Judged {
  const reasons = story.reasons.length === 0 ? "" : ` because ${story.reasons.join(", and because ")}`;
  const change = story.changes.length === 0 ? [] : [`It will be when ${story.changes.join(", and ")}.`];
  switch (story.verdict) {
    case "requested":
      return { verdict: "requested", sentences: [`${name} is about to be requested${reasons}.`] };
    case "stopped":
      return {
        verdict: "stopped",
        sentences: [
          `${name} is not requested, although its condition holds: its requests only led to the next ones.`,
          ...change,
        ],
      };
    case "not there":
      return { verdict: "not_there", sentences: [story.summary] };
    case "not requested":
      return {
        verdict: "not_requested",
        sentences: [`${name} is not requested${reasons}.`, ...change],
        reasonCount: story.reasons.length,
      };
  }
}

function offSentence(name: string, { actor, reason, changedAt }: AutomationSwitchRow): string {
  const by = actor === null ? "" : ` by ${actor}`;
  const why = reason === null ? "" : ` (${reason})`;
  return `The condition of ${name} was switched off${by} on ${timeOf(changedAt.getTime())}${why}.`;
}

function notThere({ asset, name, partition, scope }: Asked, at: number): string {
  if (partition === "") return `${name} has no partitions yet.`;
  // A window that is still open has a key already.
  const later = createPartitionSpaces(at + YEAR_MS, scope.spaces.dynamicKeys).spaceOf(asset.definition.partitions);
  const ordinal = later.ordinalOf(partition);
  const end = ordinal === null ? undefined : later.timeline?.windowOf(ordinal)?.end;
  return end === undefined || end <= at
    ? `${asset.key} has no partition ${JSON.stringify(partition)}.`
    : `${name} does not exist yet: its window ends on ${timeOf(end)}.`;
}

const YEAR_MS = 366 * 86_400_000;

function held(name: string, runIds: readonly number[]): string {
  const named = runIds.slice(0, NAMED_RUNS).join(", ");
  return `${name} is being made by run${runIds.length === 1 ? "" : "s"} ${named}, so that it is not requested a second time.`;
}

/** Since when that has been so by which a partition is not requested. */
async function readNotHeldSince(
  tx: Transaction,
  {
    environmentId,
    asked: { asset, check, ordinal },
    now: { explanation },
  }: { readonly environmentId: number; readonly asked: Asked; readonly now: ExplainedNow },
): Promise<NotHeldSince | null> {
  if (explanation === null || ordinal === null) return null;
  const query = { environmentId, asset: asset.key, check, limit: MAX_TREES };
  return findNotHeldSince(explanation, ordinal, readable(await readAutomationExplanations(tx, query)));
}

/** Explanations back to the first one that another version of Heddle wrote in another form. */
function* readable(stored: readonly StoredExplanation[]): Iterable<AutomationExplanation> {
  for (const one of stored) {
    try {
      yield readExplanation(one);
    } catch (error) {
      if (isHeddleError(error, "AUTOMATION_INVALID")) return;
      throw error;
    }
  }
}

function sinceParts({ at, isExact }: NotHeldSince, reasonCount = 1): SentencePart[] {
  const what = reasonCount > 1 ? "The first of these has been so" : "That has been so";
  const back = isExact ? "." : " at least: evaluations from before are not kept.";
  return [
    { kind: "text", text: `${what} since ` },
    { kind: "instant", at },
    { kind: "text", text: back },
  ];
}

function checking(name: string, runIds: readonly number[]): string {
  const named = runIds.slice(0, NAMED_RUNS).join(", ");
  return `${name} is being run by run${runIds.length === 1 ? "" : "s"} ${named}, so that it is not requested a second time.`;
}

async function readRequests(
  tx: Transaction,
  { environmentId, asked }: { readonly environmentId: number; readonly asked: Asked },
): Promise<readonly AutomationEvaluationRow[]> {
  const { asset, check } = asked;
  const query = { environmentId, asset: asset.key, check, onlyRequesting: true, limit: MAX_LOOKED_THROUGH };
  return readAutomationEvaluations(tx, query);
}

function lastRequestParts({ at, runId, problem }: AutomationEvaluationRow): SentencePart[] {
  const parts: SentencePart[] = [
    { kind: "text", text: "It was last requested on " },
    { kind: "instant", at },
  ];
  if (runId !== null) parts.push({ kind: "text", text: ", by " }, { kind: "run", runId });
  return [...parts, { kind: "text", text: problem === null ? "." : `: ${problem}.` }];
}

function timeOf(instant: number): string {
  return new Date(instant)
    .toISOString()
    .replace("T", " ")
    .replace(/\.\d+Z$/u, " UTC");
}

function uncut({ key }: IndexedAsset, partition: string): HeddleError {
  return new HeddleError(
    "PARTITION_UNKNOWN",
    `"${key}" has no partitions, and ${JSON.stringify(partition)} was named`,
    {
      hint: "Leave the partition out.",
      details: { asset: key },
    },
  );
}

/** @throws AUTOMATION_CHECK_UNKNOWN */
export function checkUnknown({ key, definition }: IndexedAsset, check: string): HeddleError {
  return new HeddleError("AUTOMATION_CHECK_UNKNOWN", `"${key}" has no check ${JSON.stringify(check)}`, {
    ...(definition.checks.length > 0 && {
      hint: `It has ${definition.checks.map(({ name }) => JSON.stringify(name)).join(", ")}.`,
    }),
    details: { asset: key, check },
  });
}
