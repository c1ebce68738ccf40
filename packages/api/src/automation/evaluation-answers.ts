import { HeddleError } from "@heddle/core";
import { explainCondition, readExplanation, type AutomationExplanation } from "@heddle/core/internal";
import { partitionKeyOf, type IndexedAsset } from "@heddle/engine/planning";
import {
  readAutomationEvaluation,
  readAutomationEvaluations,
  readDynamicHistory,
  type AutomationEvaluationRow,
} from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { AutomationEvaluation, AutomationEvaluationDetail, Page, SentencePart } from "../contract.ts";
import type { AutomationEvaluationInput, AutomationEvaluationListInput } from "../inputs/automation.ts";
import { parseCursor, writeCursor } from "../page-cursor.ts";
import { describeTree } from "./condition-tree.ts";
import { SHOWN_RANGES } from "./limits.ts";
import { sentenceParts, type NameScope } from "./sentence-parts.ts";

/** Partitions whose reasons are told. */
const MAX_TOLD = 20;
/** Ranges of what was requested that a list tells. */
const MAX_RANGES = 1_000;

/** Answers `automation.evaluations`. @throws ASSET_UNKNOWN, API_CURSOR_INVALID */
export async function readEvaluationList(
  state: ApiState,
  input: AutomationEvaluationListInput,
): Promise<Page<AutomationEvaluation>> {
  const { assetId, check = null, cursor, limit, onlyRequesting } = input;
  return state.db.read("automation.evaluations", async (tx) => {
    const index = await state.definitions.index(tx);
    const spaces = await state.definitions.spaces(tx, Date.now());
    const asset = requireId(index, assetId);
    const rows = await readAutomationEvaluations(tx, {
      environmentId: await state.definitions.environmentId(tx),
      asset: asset.key,
      check,
      beforeId: typeof cursor === "string" ? parseCursor(cursor, 1)[0] : undefined,
      onlyRequesting,
      limit,
    });
    const last = rows.at(-1);
    return {
      items: rows.map((row) => describeEvaluation(row, asset, { index, spaces })),
      nextCursor: rows.length < limit || last === undefined ? null : writeCursor(last.id),
    };
  });
}

/** Answers `automation.evaluation`. @throws AUTOMATION_EVALUATION_UNKNOWN */
export async function readEvaluationDetail(
  state: ApiState,
  { id }: AutomationEvaluationInput,
): Promise<AutomationEvaluationDetail> {
  return state.db.read("automation.evaluation", async (tx) => {
    const row = await readAutomationEvaluation(tx, id);
    const index = await state.definitions.index(tx);
    const asset = row === null ? undefined : index.byKey(row.asset);
    if (row === null || asset === undefined) throw evaluationUnknown(id);
    const spaces = await state.definitions.spaces(tx, row.at);
    const scope = { index, spaces };
    const explanation = readExplanation(row.explanation);
    const dynamicKeys = await readDynamicHistory(tx, index.dynamicNames);
    return {
      ...describeEvaluation(row, asset, scope),
      asset: { id: asset.id, key: asset.key },
      check: row.check,
      cursor: explanation.cursor,
      tree: describeTree(explanation.root, scope),
      runIds: row.runId === null ? [] : [row.runId],
      sentences: tellReasons(explanation, asset, { ...scope, dynamicKeys }),
    };
  });
}

function describeEvaluation(
  { id, at, requested, heldCount, runId, problem }: AutomationEvaluationRow,
  asset: IndexedAsset,
  { spaces }: NameScope,
): AutomationEvaluation {
  const isCut = asset.definition.partitions !== null;
  return {
    id,
    at,
    requested: requested.ranges.slice(0, MAX_RANGES * 2),
    requestedText: isCut && !requested.isEmpty ? spaces.of(asset).format(requested, SHOWN_RANGES) : "",
    count: requested.size,
    runId,
    problem,
    held: heldCount,
  };
}

/** Why partitions were requested, each reason once with all of them; without any, why the newest was not. */
function tellReasons(
  explanation: AutomationExplanation,
  asset: IndexedAsset,
  scope: NameScope & { readonly dynamicKeys: Awaited<ReturnType<typeof readDynamicHistory>> },
): SentencePart[][] {
  const { index, spaces, dynamicKeys } = scope;
  const space = spaces.of(asset);
  const assets = index.declared.map(({ definition }) => definition);
  const { last } = space.all;
  const told = explanation.requested.isEmpty
    ? last === undefined
      ? []
      : [last]
    : [...take(explanation.requested, MAX_TOLD)];
  const sentences = told.map((ordinal) => {
    const partition = asset.definition.partitions === null ? "" : partitionKeyOf(space, ordinal);
    return explainCondition(explanation, { partition, assets, dynamicKeys }).summary;
  });
  return [...new Set(sentences)].map((text) => sentenceParts(text, scope));
}

function* take(set: Iterable<number>, count: number): Iterable<number> {
  let taken = 0;
  for (const ordinal of set) {
    if (taken >= count) return;
    taken += 1;
    yield ordinal;
  }
}

/** @throws ASSET_UNKNOWN */
export function requireId(index: NameScope["index"], id: number): IndexedAsset {
  const asset = index.byId(id);
  if (asset !== undefined) return asset;
  throw new HeddleError("ASSET_UNKNOWN", `there is no asset with the id ${id}`, { details: { assetId: id } });
}

function evaluationUnknown(id: number): HeddleError {
  return new HeddleError("AUTOMATION_EVALUATION_UNKNOWN", `there is no evaluation ${id}`, {
    hint: "It may have been removed by retention.",
    details: { id },
  });
}
