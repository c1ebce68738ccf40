import type { AppRouter } from "@heddle/api";
import type { inferRouterInputs } from "@trpc/server";
import type { LaunchRequest } from "./launch-search.ts";

type PreviewInput = inferRouterInputs<AppRouter>["plan"]["preview"];
type Launch = inferRouterInputs<AppRouter>["plan"]["launch"];

/** Everything that a launch states, once the form holds together. */
export interface LaunchInput extends Omit<LaunchRequest, "launch" | "parts" | "by" | "each"> {
  readonly selection: string;
  readonly partitions: NonNullable<PreviewInput["partitions"]>;
}

/** The part of it that the plan depends on, as the server takes it. */
export function previewInput(input: LaunchInput): PreviewInput {
  const { selection, partitions, only, cascade, order, chunk, tries, config, overlap, leave, reuse, most } = input;
  return {
    selection,
    partitions,
    cascade: cascade ?? "self",
    ...(only === undefined ? {} : { only: [...only] }),
    ...(order === undefined ? {} : { order }),
    ...(chunk === undefined ? {} : { chunk }),
    ...(tries === undefined ? {} : { attempts: tries }),
    // The same JSON: only that lists may be changed is what the other type says more.
    ...(config === undefined ? {} : { config: config as NonNullable<PreviewInput["config"]> }),
    ...(overlap === undefined ? {} : { overlap }),
    ...(leave === undefined ? {} : { leaveOutUnreadable: true }),
    ...(reuse === undefined ? {} : { reuse }),
    ...(most === undefined ? {} : { maxConcurrency: most }),
  };
}

const MINUTE_MS = 60_000;

/** The part that only the run depends on. */
export function runSettings({ priority, tags, begin, take, within }: LaunchInput): Partial<Launch> {
  const limits = {
    ...(begin === undefined ? {} : { startWithinMs: begin * MINUTE_MS }),
    ...(take === undefined ? {} : { runTimeoutMs: take * MINUTE_MS }),
    ...(within === undefined ? {} : { withinMs: within * MINUTE_MS }),
  };
  return {
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
    ...(priority === undefined ? {} : { priority }),
    ...(tags === undefined ? {} : { tags }),
  };
}
