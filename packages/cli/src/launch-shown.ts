import type { ProjectApi } from "./api-client.ts";

type Launch = ProjectApi["api"]["plan"]["launch"];
type Launched = Awaited<ReturnType<Launch>>;

/** What a launch answers that was planned otherwise than it was shown. */
export type Changed = Extract<Launched, { kind: "changed" }>;

interface Shown {
  /** Of the plan that was shown. */
  readonly planHash: string;
  /** Whether somebody has named the hash: only that very plan is launched then. */
  readonly isConfirmed: boolean;
  /** Tells how the plan differs from the one that was shown. */
  readonly show: (changed: Changed) => void;
}

/**
 * Launches a plan that was shown. Where nobody has confirmed it, what other runs have changed in the meantime is told, and
 * does not stop the launch: a script that runs beside others would otherwise fail by chance. `null`: nothing is left to do.
 */
export async function launchShown(
  launch: Launch,
  request: Omit<Parameters<Launch>[0], "planHash">,
  { planHash, isConfirmed, show }: Shown,
): Promise<Launched | null> {
  const result = await launch({ ...request, planHash });
  if (result.kind !== "changed" || isConfirmed) return result;
  show(result);
  const { at, total } = result.preview;
  return total === 0 ? null : await launch({ ...request, at });
}
