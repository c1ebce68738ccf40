import type { PartitionSpace } from "@heddle/core";
import { type AssetStanding, partitionKeyOf, type PartitionSpaces } from "@heddle/engine/planning";
import type { CheckStanding, SentencePart } from "../contract.ts";
import type { StaleCauses } from "./stale-causes.ts";
import { explainStaleness } from "./stale-sentences.ts";

type Sentence = readonly SentencePart[];

/** What the sentences are made from. */
export interface StatusFacts {
  readonly standing: AssetStanding;
  readonly space: PartitionSpace;
  /** Runs that are not over and hold partitions of the asset, newest first. */
  readonly openRunIds: readonly number[];
  /** The newest failed attempt at the first failed partition. */
  readonly failure: {
    readonly ordinal: number;
    readonly runId: number;
    readonly message: string;
    readonly at: Date;
  } | null;
  readonly checks: readonly CheckStanding[];
  readonly stale: StaleCauses | null;
  readonly staleAsOf: Date | null;
  readonly spaces: PartitionSpaces;
  readonly now: number;
}

const text = (words: string): SentencePart => ({ kind: "text", text: words });

/** Explains a status in sentences, the most important first. */
export function explainStatus(facts: StatusFacts): Sentence[] {
  const { asset, sets, statuses } = facts.standing;
  if (asset.removedAt !== null) {
    const at: SentencePart = { kind: "instant", at: asset.removedAt.getTime() };
    return [[text("Removed from its code location at "), at, text("; its history is kept.")]];
  }
  if (asset.definition.kind === "external") return explainExternal(facts);
  const sentences = [
    ...explainFailure(facts),
    ...explainOpenRuns(facts),
    ...explainStaleness(facts),
    ...explainChecks(facts),
    ...explainMissing(facts),
  ];
  if (statuses.counts.fresh > 0 && sets.lastMaterializedAt !== null) {
    const at: SentencePart = { kind: "instant", at: sets.lastMaterializedAt.getTime() };
    sentences.push([
      text(sentences.length === 0 ? "Up to date; materialized at " : "Last materialized at "),
      at,
      text("."),
    ]);
  }
  return sentences;
}

function explainExternal(facts: StatusFacts): Sentence[] {
  const { asset, sets } = facts.standing;
  if (asset.definition.observed !== true) {
    return [[text("External: Heddle does not make this asset, and nobody observes it.")]];
  }
  const at = sets.lastMaterializedAt?.getTime();
  const seen: Sentence =
    at === undefined
      ? [text("External: Heddle observes this asset, and has not looked at it yet.")]
      : [text("External: Heddle observes this asset; it last saw other data at "), { kind: "instant", at }, text(".")];
  return [...explainFailure(facts), ...explainOpenRuns(facts), seen];
}

function explainFailure({ standing, space, failure }: StatusFacts): Sentence[] {
  const { asset, statuses } = standing;
  const { failed } = statuses.counts;
  if (failed === 0) return [];
  const subject = asset.definition.partitions === null ? "The newest step" : count(failed, "partition");
  if (failure === null) return [[text(`${subject} failed.`)]];
  const where: SentencePart[] =
    asset.definition.partitions === null
      ? []
      : [text(failed === 1 ? ", " : ", such as "), partition(standing, space, failure.ordinal)];
  return [
    [
      text(`${subject} failed`),
      ...where,
      text(" in "),
      { kind: "run", runId: failure.runId },
      text(`: ${failure.message}`),
    ],
  ];
}

function explainOpenRuns({ standing, openRunIds }: StatusFacts): Sentence[] {
  const { running, queued } = standing.statuses.counts;
  if (running === 0 && queued === 0) return [];
  const parts = [...(running > 0 ? [`${running} running`] : []), ...(queued > 0 ? [`${queued} queued`] : [])];
  const runs = openRunIds.flatMap((runId, i): SentencePart[] => [
    text(i === 0 ? " in " : ", "),
    { kind: "run", runId },
  ]);
  const single = standing.asset.definition.partitions === null;
  const state = running > 0 ? "Running" : "Queued";
  return [
    [text(single ? state : `${parts.join(" and ")} of ${count(standing.total, "partition")}`), ...runs, text(".")],
  ];
}

function explainChecks({ standing, space, failure, checks }: StatusFacts): Sentence[] {
  const { key, definition } = standing.asset;
  return checks
    .filter(({ declared }) => declared)
    .flatMap(({ name, warned, failed, problem }): Sentence[] => {
      const notPassed = sizeOf(failed) + sizeOf(warned);
      if (notPassed === 0) return [];
      // The failure says what the check found: its step was not published for it.
      const isTold =
        problem !== null && problem.runId === failure?.runId && problem.ordinal === failure.ordinal && problem.blocking;
      if (isTold && notPassed === 1) return [];
      const where = definition.partitions === null ? "" : ` on ${count(notPassed, "partition")}`;
      const verb = sizeOf(failed) > 0 ? "fails" : "warns";
      const check: SentencePart = { kind: "check", assetKey: key, name };
      const head = [text("Check "), check, text(` ${verb}${where}`)];
      if (isTold || problem === null || problem.description === null) return [[...head, text(".")]];
      const example =
        definition.partitions === null
          ? []
          : [text(notPassed === 1 ? ", " : ", such as "), partition(standing, space, problem.ordinal)];
      return [[...head, ...example, text(`: ${problem.description}`)]];
    });
}

function explainMissing({ standing, space }: StatusFacts): Sentence[] {
  const { asset, sets, statuses, total } = standing;
  const { missing } = statuses.counts;
  if (missing === 0) return total === 0 ? [[text("No partition exists yet.")]] : [];
  if (sets.materialized.isEmpty) return [[text("Never materialized.")]];
  if (asset.definition.partitions === null) return [];
  const { materialized, failed, running, queued } = sets;
  const first = space.all.subtract(materialized.union(failed).union(running).union(queued)).first;
  if (first === undefined) return [];
  const of = `${missing.toLocaleString("en")} of ${count(total, "partition")}`;
  const verb = missing === 1 ? "is missing: " : "are missing, the first ";
  return [[text(`${of} ${verb}`), partition(standing, space, first), text(".")]];
}

function partition({ asset }: AssetStanding, space: PartitionSpace, ordinal: number): SentencePart {
  return { kind: "partition", assetKey: asset.key, ordinal, partitionKey: partitionKeyOf(space, ordinal) };
}

function sizeOf(ranges: readonly number[]): number {
  return ranges.reduce((sum, bound, i) => sum + (i % 2 === 0 ? -bound : bound), 0);
}

function count(size: number, noun: string): string {
  return `${size.toLocaleString("en")} ${noun}${size === 1 ? "" : "s"}`;
}
