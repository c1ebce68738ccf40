import { HeddleError, type ChosenAssets, type JsonValue } from "@heddle/core";
import {
  canonicalJson,
  type ChosenChecks,
  type PartitionsRule,
  type RunDefaultsData,
  type RunLimits,
  type RunRequestData,
} from "@heddle/core/internal";

/** Most runs of one tick: they are planned and written in one transaction, while no other launch is. */
const MAX_RUNS = 250;

/** A run that a tick asks for: one request, or several that differ in their partitions only. */
export interface GroupedRequest {
  readonly assets: ChosenAssets;
  /** Those that are run by themselves; absent where the assets are made. */
  readonly checks?: ChosenChecks;
  /** One at least; `null`: as it is usual for the assets. */
  readonly partitions: readonly (PartitionsRule | null)[];
  readonly runKey: string | null;
  readonly config: Readonly<Record<string, JsonValue>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly priority: number;
  /** Absent: none. */
  readonly limits?: RunLimits;
}

/** The request for the run that was declared. */
export const DECLARED_REQUEST: RunRequestData = {
  assets: null,
  partitions: null,
  runKey: null,
  config: null,
  tags: null,
  priority: null,
};

/**
 * Fills in what requests leave out, and makes one run of those that belong together. Of several with one run key the first
 * counts. @throws TICK_ASSETS_MISSING, TICK_REQUESTS_LIMIT, TICK_RESULT_INVALID
 */
export function groupRequests(
  requests: readonly RunRequestData[],
  defaults: RunDefaultsData,
  subject: string,
): GroupedRequest[] {
  const groups = new Map<string, GroupedRequest>();
  for (const request of requests) {
    const work = workOf(request, defaults, subject);
    const { runKey } = request;
    const limits = request.limits ?? defaults.limits;
    const one: GroupedRequest = {
      ...work,
      partitions: [request.partitions ?? defaults.partitions],
      runKey,
      config: request.config ?? defaults.config,
      tags: { ...defaults.tags, ...request.tags },
      priority: request.priority ?? defaults.priority,
      ...(limits !== undefined && { limits }),
    };
    const { partitions: _, ...rest } = one;
    const name = runKey === null ? `- ${canonicalJson({ ...rest })}` : `+ ${runKey}`;
    const known = groups.get(name);
    if (known === undefined) groups.set(name, one);
    else if (runKey === null) groups.set(name, { ...known, partitions: [...known.partitions, ...one.partitions] });
  }
  if (groups.size > MAX_RUNS) throw tooManyRuns(subject, groups.size);
  return [...groups.values()];
}

/** What is declared to run checks alone makes nothing, whatever is asked of it. */
function workOf(
  { assets, checks, config }: RunRequestData,
  defaults: RunDefaultsData,
  subject: string,
): Pick<GroupedRequest, "assets" | "checks"> {
  const chosen = checks ?? defaults.checks;
  const isListed = checks === undefined && typeof chosen === "object";
  if (isListed && assets !== null) throw unfit(subject, "a selection", "State runChecks in the request, too.");
  if (chosen !== undefined && config !== null) throw unfit(subject, "config", "Leave it out: checks take none.");
  const from = assets ?? defaults.assets;
  if (from === null) throw assetsMissing(subject);
  return { assets: from, ...(chosen !== undefined && { checks: chosen }) };
}

function unfit(subject: string, what: string, hint: string): HeddleError {
  return new HeddleError(
    "TICK_RESULT_INVALID",
    `${subject} runs checks alone, and a request for its runs has ${what} of its own`,
    { hint },
  );
}

function assetsMissing(subject: string): HeddleError {
  return new HeddleError("TICK_ASSETS_MISSING", `${subject} asks for a run and does not say of which assets`, {
    hint: "State `selection` on its declaration, or in each request.",
  });
}

function tooManyRuns(subject: string, runs: number): HeddleError {
  return new HeddleError(
    "TICK_REQUESTS_LIMIT",
    `${subject} asks for ${runs.toLocaleString("en")} runs in one tick, and ${MAX_RUNS.toLocaleString("en")} is the most`,
    {
      hint: "Requests without a run key that differ in their partitions only become one run. Or ask for the rest at the next tick.",
    },
  );
}
