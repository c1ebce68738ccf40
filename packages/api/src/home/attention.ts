import type { FreshnessState } from "@heddle/core";
import {
  type AssetStanding,
  type DefinitionsIndex,
  type PartitionSpaces,
  partitionKeyOf,
  readAssetStandings,
  requireAsset,
} from "@heddle/engine/planning";
import {
  type AttentionNoteRow,
  endAttentionNote,
  noteAttention,
  type NewestFailureRow,
  readAttentionNotes,
  readClock,
  readFreshness,
  readNewestFailures,
  readSilences,
} from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import { downstreamCounts } from "../assets/downstream-counts.ts";
import type { CheckStandings } from "../checks/check-standings.ts";
import type { Attention, AttentionCheck, AttentionFreshness, AttentionItem, AttentionNoteChange } from "../contract.ts";
import type { AcknowledgeInput, AttentionInput } from "../inputs/home.ts";
import { readFailingRules } from "./failing-rules.ts";

/** Assets with problems that are looked at closely; those on which the most depends. */
const CONSIDERED = 1_000;
const SHOWN_CHECKS = 20;
const SHOWN_RANGES = 3;
const SHOWN_MESSAGE = 300;

/** What assets with problems are found by. */
interface Known {
  readonly index: DefinitionsIndex;
  readonly checks: CheckStandings;
  /** Names of checks that nobody wants to be told of. */
  readonly silenced: ReadonlySet<string>;
  /** By asset key. */
  readonly overdue: ReadonlyMap<string, AttentionFreshness>;
}

/** An asset with problems, before the details are read. */
interface Troubled {
  readonly standing: AssetStanding;
  readonly checks: readonly (AttentionCheck & { readonly lastId: number })[];
  readonly overdue: AttentionFreshness | null;
  readonly severity: "error" | "warn";
  readonly downstream: number;
}

/** Answers `home.attention`. */
export async function readAttention(state: ApiState, { limit }: AttentionInput): Promise<Attention> {
  await state.checks.refresh(state.db);
  return state.db.read("home.attention", async (tx) => {
    const now = await readClock(tx);
    const index = await state.definitions.index(tx);
    const environmentId = await state.definitions.environmentId(tx);
    const spaces = await state.definitions.spaces(tx, Date.now());
    const standings = await readAssetStandings(state, tx, { assets: index.declared, spaces });
    const silenced = new Set((await readSilences(tx, environmentId)).map(nameCheck));
    const freshness = await readFreshness(tx, { environmentId });
    const overdue = new Map(
      freshness.flatMap(({ asset, state: is, since }) => (isOld(is) ? [[asset, { state: is, since }]] : [])),
    );
    const troubled = findTroubled(standings, { index, checks: state.checks, silenced, overdue });
    const notes = await readAttentionNotes(tx, environmentId);
    const considered = troubled.slice(0, CONSIDERED);
    const failures = await readNewestFailures(tx, {
      environmentId,
      assetIds: considered.flatMap(({ standing }) => (standing.statuses.counts.failed > 0 ? [standing.asset.id] : [])),
    });
    const byAsset = new Map(failures.map((failure) => [failure.assetId, failure]));
    const items = considered.map((one) =>
      describeItem(one, {
        failure: byAsset.get(one.standing.asset.id),
        note: notes.get(one.standing.asset.key),
        spaces,
      }),
    );
    const quiet = items.filter(({ note }) => note !== null);
    const loud = items.filter(({ note }) => note === null);
    return {
      now,
      items: [...loud, ...quiet].slice(0, limit),
      total: troubled.length - quiet.length,
      quiet: quiet.length,
      rules: await readFailingRules(tx),
    };
  });
}

/** Answers `home.acknowledge`. @throws ASSET_UNKNOWN */
export async function acknowledge(state: ApiState, input: AcknowledgeInput): Promise<AttentionNoteChange> {
  const { environmentId, key } = await findAsset(state, input.asset);
  const { problem, text, snoozeMs } = input;
  await noteAttention(state.db, { environmentId, assetKey: key, problem, text, durationMs: snoozeMs ?? null });
  return { changed: true };
}

/** Answers `home.unacknowledge`. @throws ASSET_UNKNOWN */
export async function unacknowledge(state: ApiState, asset: string): Promise<AttentionNoteChange> {
  const { environmentId, key } = await findAsset(state, asset);
  return { changed: await endAttentionNote(state.db, { environmentId, assetKey: key }) };
}

function findAsset(state: ApiState, key: string): Promise<{ readonly environmentId: number; readonly key: string }> {
  return state.db.read("find asset", async (tx) => ({
    environmentId: await state.definitions.environmentId(tx),
    key: requireAsset(await state.definitions.index(tx), key).key,
  }));
}

/** Those first on which the most depends; what only warns comes after everything that has failed. */
function findTroubled(standings: readonly AssetStanding[], known: Known): Troubled[] {
  const { index } = known;
  const downstream = downstreamCounts(index);
  const troubled = standings.flatMap((standing): Troubled[] => {
    const unpassed = findUnpassed(standing, known);
    const overdue = known.overdue.get(standing.asset.key) ?? null;
    const hasFailed =
      standing.statuses.counts.failed > 0 || unpassed.some(({ failed }) => failed > 0) || overdue?.state === "fail";
    if (!hasFailed && unpassed.length === 0 && overdue === null) return [];
    const number = index.graph.indexOf(standing.asset.key);
    const severity = hasFailed ? "error" : "warn";
    return [{ standing, checks: unpassed, overdue, severity, downstream: downstream[number] ?? 0 }];
  });
  const rank = ({ severity }: Troubled): number => (severity === "error" ? 0 : 1);
  return troubled.toSorted(
    (a, b) =>
      rank(a) - rank(b) ||
      b.downstream - a.downstream ||
      b.standing.statuses.counts.failed - a.standing.statuses.counts.failed ||
      (a.standing.asset.key < b.standing.asset.key ? -1 : 1),
  );
}

function findUnpassed({ asset }: AssetStanding, { checks, silenced }: Known): Troubled["checks"] {
  const results = checks.ofAsset(asset.id);
  return asset.definition.checks
    .flatMap(({ name }) => {
      const sets = silenced.has(nameCheck({ assetId: asset.id, name })) ? undefined : results.get(name);
      if (sets === undefined || (sets.failed.size === 0 && sets.warned.size === 0)) return [];
      return [{ name, failed: sets.failed.size, warned: sets.warned.size, lastId: sets.lastId }];
    })
    .toSorted((a, b) => b.failed - a.failed || b.warned - a.warned || (a.name < b.name ? -1 : 1));
}

function nameCheck({ assetId, name }: { readonly assetId: number; readonly name: string }): string {
  return `${assetId} ${name}`;
}

function isOld(state: FreshnessState): state is AttentionFreshness["state"] {
  return state === "warn" || state === "fail";
}

interface Details {
  readonly failure: NewestFailureRow | undefined;
  readonly note: AttentionNoteRow | undefined;
  readonly spaces: PartitionSpaces;
}

function describeItem(troubled: Troubled, { failure, note, spaces }: Details): AttentionItem {
  const { standing, checks, overdue, severity, downstream } = troubled;
  const { asset, statuses, sets } = standing;
  const problem = nameProblem(failure, troubled);
  const holds = note !== undefined && (note.until !== null || note.problem === problem);
  const isCut = asset.definition.partitions !== null;
  return {
    asset: { id: asset.id, key: asset.key },
    severity,
    downstream,
    failedPartitions: statuses.counts.failed,
    failedText: isCut && statuses.counts.failed > 0 ? spaces.of(asset).format(sets.failed, SHOWN_RANGES) : "",
    failure:
      failure === undefined
        ? null
        : {
            runId: failure.runId,
            at: failure.at.getTime(),
            message: firstLine(failure),
            ordinal: failure.ordinal,
            partitionKey: isCut ? partitionKeyOf(spaces.of(asset), failure.ordinal) : "",
          },
    overdue,
    checks: checks.slice(0, SHOWN_CHECKS).map(({ name, failed, warned }) => ({ name, failed, warned })),
    problem,
    note: holds ? { text: note.text, at: note.notedAt.getTime(), until: note.until?.getTime() ?? null } : null,
  };
}

/** Another failure, another result of a check and another time of being late are another problem. */
function nameProblem(failure: NewestFailureRow | undefined, { checks, overdue }: Troubled): string {
  const last = Math.max(0, ...checks.map(({ lastId }) => lastId));
  return [
    failure === undefined ? [] : `run ${failure.runId}`,
    last === 0 ? [] : `check result ${last}`,
    overdue === null ? [] : `freshness ${overdue.state} since ${overdue.since}`,
  ]
    .flat()
    .join(", ");
}

function firstLine({ error, cause }: NewestFailureRow): string {
  const line = error?.message.trim().split("\n", 1)[0]?.trim() ?? "";
  return line === "" ? cause : line.slice(0, SHOWN_MESSAGE);
}
