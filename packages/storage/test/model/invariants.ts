import { type RunStatus, type StepStatus } from "@heddle/core";
import {
  createRunGraph,
  OPEN_STEP_STATUSES,
  PartitionSet,
  requiredBy,
  RUN_STATUSES,
  RUN_TRANSITIONS,
  STEP_STATUSES,
  type RunEvent,
  type RunGraph,
} from "@heddle/core/internal";
import type { AssetState, RunState, State } from "./read-state.ts";

/** What must hold after every transaction. Each gives a line for every place where it does not. */
export type Invariant = (state: State) => Iterable<string>;

const FINAL: readonly StepStatus[] = ["success", "failed", "skipped", "canceled"];

const name = (asset: { readonly runId: number; readonly assetId: number }): string =>
  `run ${asset.runId} asset ${asset.assetId}`;
const stepName = (step: { readonly runId: number; readonly assetId: number; readonly ordinal: number }): string =>
  `${name(step)} step ${step.ordinal}`;

/** Every planned partition is in exactly one state, and nothing else is in any. */
function* oneStateEach({ runs, assets }: State): Iterable<string> {
  for (const asset of assets) {
    const sizes = STEP_STATUSES.reduce((sum, status) => sum + asset.sets[status].size, 0);
    const all = STEP_STATUSES.reduce((sum, status) => sum.union(asset.sets[status]), PartitionSet.EMPTY);
    const planned = runs.find((run) => run.id === asset.runId)?.plan.assets[asset.position];
    if (sizes !== all.size) yield `${name(asset)}: a partition is in two states`;
    if (planned?.key !== asset.key) yield `${name(asset)}: position ${asset.position} is of ${planned?.key}`;
    if (!all.equals(PartitionSet.fromRanges(planned?.partitions ?? []))) yield `${name(asset)}: not what was planned`;
    for (const chunk of asset.chunks) {
      const inside = PartitionSet.range(chunk.chunk * 8192, (chunk.chunk + 1) * 8192);
      for (const status of STEP_STATUSES)
        if (!chunk[status].isSubsetOf(inside)) yield `${name(asset)}: ${status} reaches out of chunk ${chunk.chunk}`;
      if (chunk.claimable === chunk.ready.isEmpty) yield `${name(asset)}: the flag of chunk ${chunk.chunk} is wrong`;
    }
  }
  for (const run of runs) {
    const count = assets.filter((asset) => asset.runId === run.id).length;
    if (count !== run.plan.assets.length) yield `run ${run.id}: ${count} of ${run.plan.assets.length} assets`;
  }
}

/** Counts are what the sets hold. */
function* countsAreSizes({ runs, assets }: State): Iterable<string> {
  for (const asset of assets)
    for (const status of STEP_STATUSES)
      if (asset.counts[status] !== asset.sets[status].size)
        yield `${name(asset)}: ${asset.counts[status]} ${status} counted, ${asset.sets[status].size} in the set`;
  for (const run of runs) {
    const own = assets.filter((asset) => asset.runId === run.id);
    const total = own.reduce((sum, asset) => sum + asset.total, 0);
    const open = own.reduce((sum, { sets }) => sum + OPEN_STEP_STATUSES.reduce((n, s) => n + sets[s].size, 0), 0);
    if (run.total !== total) yield `run ${run.id}: total ${run.total}, its assets have ${total}`;
    if (run.unfinished !== open) yield `run ${run.id}: unfinished ${run.unfinished}, ${open} steps are open`;
  }
}

/** What runs is owned by exactly one claim, of a worker that exists, and within the run's limit. */
function* runningIsClaimed({ runs, assets, claims, workers }: State): Iterable<string> {
  for (const asset of assets) {
    const own = claims.filter((claim) => claim.runId === asset.runId && claim.assetId === asset.assetId);
    const all = own.reduce((sum, claim) => sum.union(claim.partitions), PartitionSet.EMPTY);
    if (all.size !== own.reduce((sum, claim) => sum + claim.partitions.size, 0)) yield `${name(asset)}: claimed twice`;
    if (!all.equals(asset.sets.running)) yield `${name(asset)}: claimed is not what runs`;
  }
  const keyOf = ({ runId, assetId }: { runId: number; assetId: number }): string | undefined =>
    assets.find((asset) => asset.runId === runId && asset.assetId === assetId)?.key;
  for (const claim of claims) {
    const places = claim.isChunk ? 1 : claim.partitions.size;
    if (claim.size !== places || claim.partitions.isEmpty) yield `claim ${claim.id}: size ${claim.size}`;
    const chunk = runs
      .find((run) => run.id === claim.runId)
      ?.plan.assets.find((asset) => asset.key === keyOf(claim))?.chunk;
    if (claim.isChunk !== (chunk !== null)) yield `claim ${claim.id}: is it a chunk?`;
    if (typeof chunk === "number" && claim.partitions.size > chunk)
      yield `claim ${claim.id}: more than ${chunk} at once`;
    if (!workers.some((worker) => worker.id === claim.workerId)) yield `claim ${claim.id}: nobody's`;
    if (!runs.some((run) => run.id === claim.runId && !run.hasEnded)) yield `claim ${claim.id}: of a run that is over`;
  }
  for (const run of runs) {
    const running = claims.reduce((sum, claim) => sum + (claim.runId === run.id ? claim.size : 0), 0);
    if (running > (run.maxConcurrency ?? Infinity))
      yield `run ${run.id}: ${running} steps run, ${run.maxConcurrency} may`;
  }
}

/** A run begins only when the runs that it comes after are over. */
function* laterRunsWait({ runs }: State): Iterable<string> {
  for (const run of runs) {
    if (run.startedAt === null) continue;
    const open = run.after.filter((id) => runs.some((other) => other.id === id && !other.hasEnded));
    if (open.length > 0) yield `run ${run.id}: began before ${open.join(", ")} ended`;
  }
}

/** Every success has one materialization, every materialization is of a success. */
function* successesAreMaterialized({ assets, materializations }: State): Iterable<string> {
  const made = Map.groupBy(materializations, name);
  for (const asset of assets) {
    const ordinals = (made.get(name(asset)) ?? []).map((row) => row.ordinal);
    if (new Set(ordinals).size !== ordinals.length) yield `${name(asset)}: materialized twice`;
    if (!PartitionSet.of(ordinals).equals(asset.sets.success)) yield `${name(asset)}: successes are not what was made`;
  }
}

/** A pointer names a materialization, everything that was made has one, and the sets of the asset say the same. */
function* pointersName({ materializations, pointers, assetChunks }: State): Iterable<string> {
  const made = new Set(materializations.map(stepName));
  const pointed = new Map<number, number[]>();
  for (const pointer of pointers) {
    if (!made.has(stepName(pointer))) yield `the pointer of ${pointer.assetId}/${pointer.ordinal} names nothing`;
    pointed.set(pointer.assetId, [...(pointed.get(pointer.assetId) ?? []), pointer.ordinal]);
  }
  const known = new Set(pointers.map(({ assetId, ordinal }) => `${assetId}/${ordinal}`));
  for (const { assetId, ordinal } of materializations)
    if (!known.has(`${assetId}/${ordinal}`)) yield `${assetId}/${ordinal} was made and has no pointer`;
  const chunks = Map.groupBy(assetChunks, (row) => row.assetId);
  for (const assetId of new Set([...chunks.keys(), ...pointed.keys()])) {
    const stored = (chunks.get(assetId) ?? []).reduce((sum, row) => sum.union(row.materialized), PartitionSet.EMPTY);
    if (!stored.equals(PartitionSet.of(pointed.get(assetId) ?? []))) yield `asset ${assetId}: materialized is wrong`;
  }
}

/** The newest publication is current. Publications of one partition follow each other under one lock. */
function* newestIsCurrent({ materializations, pointers }: State): Iterable<string> {
  const newest = new Map<string, Date>();
  for (const { assetId, ordinal, publishedAt } of materializations) {
    const key = `${assetId}/${ordinal}`;
    if (publishedAt > (newest.get(key) ?? new Date(0))) newest.set(key, publishedAt);
  }
  const made = new Map(materializations.map((row) => [stepName(row), row.publishedAt]));
  for (const pointer of pointers) {
    const at = made.get(stepName(pointer))?.getTime() ?? 0;
    const newestAt = newest.get(`${pointer.assetId}/${pointer.ordinal}`)?.getTime() ?? 0;
    if (newestAt > at) yield `the pointer of ${pointer.assetId}/${pointer.ordinal} names an old materialization`;
  }
}

/** Step by step and without set algebra: what each step reads within its run decides which states it may be in. */
function* readinessFollows({ runs, assets, materializations }: State): Iterable<string> {
  const publishedAt = new Map(materializations.map((row) => [stepName(row), row.publishedAt.getTime()]));
  for (const run of runs) {
    const graph = createRunGraph(run.plan);
    const own = assets.filter((asset) => asset.runId === run.id);
    for (const asset of own) {
      for (const [ordinal, status] of statesOf(asset)) {
        const read = upstreamSteps(graph, own, { position: asset.position, ordinal });
        const upstream = read.flatMap(({ steps }) => steps);
        const states = upstream.map((step) => step.status);
        const isFree = read.every(({ isFree: isEdgeFree }) => isEdgeFree);
        const isDoomed = read.some(({ isDoomed: isEdgeDoomed }) => isEdgeDoomed);
        const where = `${name(asset)} step ${ordinal} is ${status}`;
        if (["ready", "running", "backoff", "success", "failed"].includes(status) && !isFree)
          yield `${where}, and reads ${states.join()}`;
        if (status === "waiting" && isFree) yield `${where}, and everything that it reads is there`;
        if (status === "waiting" && isDoomed) yield `${where}, and reads what failed`;
        if (status === "skipped" && !isDoomed) yield `${where}, and nothing that it reads failed`;
        if (status === "success") {
          const at = publishedAt.get(`${name(asset)} step ${ordinal}`) ?? 0;
          for (const step of upstream.filter((each) => each.status === "success"))
            if ((publishedAt.get(step.name) ?? Infinity) > at) yield `${where}, published before ${step.name}`;
        }
      }
    }
  }
}

function* statesOf(asset: AssetState): Iterable<[number, StepStatus]> {
  for (const status of STEP_STATUSES) for (const ordinal of asset.sets[status]) yield [ordinal, status];
}

function upstreamSteps(graph: RunGraph, own: readonly AssetState[], at: { position: number; ordinal: number }) {
  return graph.inEdges(at.position).map((edge) => {
    const asset = own.find(({ position }) => position === edge.upstream);
    const read = edge.mapping.upstreamOf(PartitionSet.of([at.ordinal])).partitions;
    const steps = [...read].flatMap((ordinal) => {
      const status = STEP_STATUSES.find((candidate) => asset?.sets[candidate].has(ordinal));
      return asset === undefined || status === undefined ? [] : [{ status, name: `${name(asset)} step ${ordinal}` }];
    });
    const stopped = steps.filter(({ status }) => status === "failed" || status === "skipped").length;
    const succeeded = steps.filter(({ status }) => status === "success").length;
    // What is not part of the run is taken to be there.
    const isEnough = requiredBy(edge.wait, read.size) <= read.size - stopped;
    const isTolerated = edge.isTolerant && (stopped === 0 || isEnough);
    return {
      steps,
      isDoomed: stopped > 0 && !isEnough,
      isFree: edge.isTolerant ? isTolerated && succeeded + stopped === steps.length : succeeded === steps.length,
    };
  });
}

/** Rows of steps and attempts say what happened: numbers without gaps, times exactly while in back-off, a final cause. */
function* attemptsAreCounted({ assets, steps, attempts, materializations }: State): Iterable<string> {
  const counted = Map.groupBy(attempts, stepName);
  const rows = new Map(steps.map((step) => [stepName(step), step]));
  for (const [key, own] of counted) {
    if (own.some((attempt, index) => attempt.number !== index + 1)) yield `${key}: attempts have gaps`;
    if (rows.get(key)?.attempts !== own.length) yield `${key}: ${own.length} attempts, counted otherwise`;
    if (new Set(own.map((attempt) => attempt.claimId)).size !== own.length) yield `${key}: one claim failed it twice`;
  }
  for (const step of steps) {
    const asset = assets.find(({ runId, assetId }) => runId === step.runId && assetId === step.assetId);
    const key = stepName(step);
    if (!counted.has(key)) yield `${key}: has a row and no attempt`;
    if (step.errors + step.losses > step.attempts) yield `${key}: spent more than it had attempts`;
    if ((step.retryAt !== null) !== asset?.sets.backoff.has(step.ordinal)) yield `${key}: its time to wait is wrong`;
    if ((step.cause !== null) !== asset?.sets.failed.has(step.ordinal)) yield `${key}: its cause is wrong`;
  }
  for (const asset of assets)
    for (const status of ["backoff", "failed"] as const)
      for (const ordinal of asset.sets[status])
        if (!rows.has(`${name(asset)} step ${ordinal}`))
          yield `${name(asset)} step ${ordinal}: ${status} without a row`;
  for (const row of materializations)
    if (row.attempt !== (counted.get(stepName(row))?.length ?? 0) + 1) yield `${stepName(row)}: attempt ${row.attempt}`;
}

/** A run is over exactly when nothing of it is open, and ended as its steps did. */
function* endsAreRight({ runs, assets }: State): Iterable<string> {
  for (const run of runs) {
    const own = assets.filter((asset) => asset.runId === run.id);
    const isOver = ["success", "failed", "canceled"].includes(run.status);
    if (isOver !== (run.unfinished === 0)) yield `run ${run.id} is ${run.status} with ${run.unfinished} open steps`;
    if (isOver !== run.hasEnded) yield `run ${run.id} is ${run.status}, and when it ended is wrong`;
    const isWhole = own.every((asset) => asset.sets.success.size === asset.total);
    if (run.status === "success" && !isWhole) yield `run ${run.id} is a success, and not every step of it is`;
    if (run.status === "failed" && isWhole) yield `run ${run.id} failed, and every step of it succeeded`;
    const isCanceled = run.status === "canceling" || run.status === "canceled";
    if (isCanceled !== (run.cancelRequestedAt !== null))
      yield `run ${run.id} is ${run.status}, and was it asked to stop?`;
    const idle = own.reduce((sum, { sets }) => sum + sets.waiting.size + sets.ready.size + sets.backoff.size, 0);
    if (isCanceled && idle > 0) yield `run ${run.id} is ${run.status}, and ${idle} of its steps wait`;
    if (!isCanceled && own.some((asset) => asset.sets.canceled.size > 0)) yield `run ${run.id}: canceled steps`;
  }
  const keys = runs.flatMap((run) => run.originKey ?? []);
  if (new Set(keys).size !== keys.length) yield `two runs of one origin key`;
}

/** What each event of steps does to them. */
const TOLD: { readonly [kind: string]: { readonly from: readonly StepStatus[]; readonly to: StepStatus } } = {
  steps_claimed: { from: ["ready"], to: "running" },
  steps_released: { from: ["running"], to: "ready" },
  steps_retrying: { from: ["running"], to: "ready" },
  steps_failed: { from: ["running"], to: "failed" },
  // Ready and not claimed: what ran ahead.
  materialized: { from: ["running", "ready"], to: "success" },
  steps_skipped: { from: ["ready"], to: "skipped" },
  steps_canceled: { from: ["ready", "running"], to: "canceled" },
};

/** Played again, the events of steps end where the sets are; whatever waits counts as ready here. */
function* eventsTellSteps({ assets, events }: State): Iterable<string> {
  const told = new Map<string, Map<number, StepStatus>>();
  for (const asset of assets) {
    const states = new Map<number, StepStatus>();
    for (const [ordinal] of statesOf(asset)) states.set(ordinal, "ready");
    told.set(name(asset), states);
  }
  for (const { id, kind, runId, assetId, partitions } of events) {
    if (assetId === null) continue;
    const change = TOLD[kind];
    const states = told.get(name({ runId, assetId }));
    if (change === undefined || states === undefined || partitions === null || partitions.isEmpty) {
      yield `event ${id} (${kind}) tells nothing`;
      continue;
    }
    for (const ordinal of partitions) {
      const from = states.get(ordinal);
      if (from === undefined || !change.from.includes(from))
        yield `event ${id}: ${kind} of ${ordinal}, which was ${from}`;
      states.set(ordinal, change.to);
    }
  }
  for (const asset of assets) {
    for (const [ordinal, status] of statesOf(asset)) {
      const expected = status === "waiting" || status === "backoff" ? "ready" : status;
      const heard = told.get(name(asset))?.get(ordinal);
      if (heard !== expected) yield `${name(asset)} step ${ordinal} is ${status}, and was told to be ${heard}`;
    }
  }
}

const RUN_EVENT_OF: { readonly [kind: string]: readonly RunEvent[] } = {
  run_admitted: ["admit"],
  run_paused: ["pause"],
  run_resumed: ["resume"],
  run_canceling: ["cancel"],
  run_ended: ["succeed", "fail", "finish_cancel"],
};

/** Played again, the events of runs are transitions that there are, and end where the runs are. */
function* eventsTellRuns({ runs, events }: State): Iterable<string> {
  const told = new Map<number, RunStatus>();
  for (const { id, kind, runId, assetId, payload } of events) {
    if (assetId !== null) continue;
    const to = RUN_STATUSES.find((status) => status === payload?.status);
    const from = told.get(runId);
    const isAllowed =
      kind === "run_changed" || kind === "run_late"
        ? from === to
        : kind === "run_created"
          ? from === undefined && to === "queued"
          : from !== undefined && (RUN_EVENT_OF[kind] ?? []).some((event) => RUN_TRANSITIONS[event][from] === to);
    if (!isAllowed) yield `event ${id}: ${kind} makes run ${runId} ${to}, which was ${from}`;
    if (to !== undefined) told.set(runId, to);
  }
  for (const run of runs)
    if (told.get(run.id) !== run.status) yield `run ${run.id} is ${run.status}, and was told to be ${told.get(run.id)}`;
}

/** The failed partitions of an asset are those whose newest step, of whatever run, failed. */
function* failedIsNewest({ events, assetChunks }: State): Iterable<string> {
  const failed = new Map<number, PartitionSet>();
  for (const { kind, assetId, partitions } of events) {
    if (assetId === null || partitions === null) continue;
    const known = failed.get(assetId) ?? PartitionSet.EMPTY;
    if (kind === "steps_failed") failed.set(assetId, known.union(partitions));
    if (kind === "materialized") failed.set(assetId, known.subtract(partitions));
  }
  for (const [assetId, rows] of Map.groupBy(assetChunks, (row) => row.assetId)) {
    const stored = rows.reduce((sum, row) => sum.union(row.failed), PartitionSet.EMPTY);
    if (!stored.equals(failed.get(assetId) ?? PartitionSet.EMPTY)) yield `asset ${assetId}: failed is wrong`;
  }
}

/** Every invariant of one state, by name. */
export const INVARIANTS: { readonly [name: string]: Invariant } = {
  oneStateEach,
  countsAreSizes,
  runningIsClaimed,
  laterRunsWait,
  successesAreMaterialized,
  pointersName,
  newestIsCurrent,
  readinessFollows,
  attemptsAreCounted,
  endsAreRight,
  eventsTellSteps,
  eventsTellRuns,
  failedIsNewest,
};

/** All that is wrong with a state. */
export function findViolations(state: State): string[] {
  return Object.entries(INVARIANTS).flatMap(([rule, invariant]) =>
    [...invariant(state)].map((violation) => `${rule}: ${violation}`),
  );
}

/** All that is wrong with what follows on a state: what is final stays, and nothing that happened is undone. */
export function findRegressions(before: State, after: State): string[] {
  const violations: string[] = [];
  const runs = new Map(after.runs.map((run) => [run.id, run]));
  for (const run of before.runs) {
    if (isFinalRun(run) && runs.get(run.id)?.status !== run.status) violations.push(`run ${run.id} was ${run.status}`);
  }
  const assets = new Map(after.assets.map((asset) => [name(asset), asset]));
  for (const asset of before.assets) {
    for (const status of FINAL) {
      if (!asset.sets[status].isSubsetOf(assets.get(name(asset))?.sets[status] ?? PartitionSet.EMPTY))
        violations.push(`${name(asset)}: a step was ${status} and is not any more`);
    }
  }
  const made = new Map(after.materializations.map((row) => [stepName(row), row.claimId]));
  for (const row of before.materializations)
    if (made.get(stepName(row)) !== row.claimId) violations.push(`${stepName(row)}: its materialization was replaced`);
  return violations.map((violation) => `finalStays: ${violation}`);
}

function isFinalRun(run: RunState): boolean {
  return run.status === "success" || run.status === "failed" || run.status === "canceled";
}
