export {
  admitAtOnce,
  admitRun,
  cancelRun,
  changeRunLimits,
  endRun,
  pauseRun,
  resumeRun,
  revokeSteps,
  type CancelRunOptions,
  type ChangeRunLimitsOptions,
  type RunChangeResult,
} from "./control-run.ts";
export {
  createRun,
  insertRun,
  insertRuns,
  type CreatedRun,
  type CreateRunOptions,
  type NewRunOptions,
} from "./create-run.ts";
export { executeCommand, loadDaemonSnapshot } from "./daemon-commands.ts";
export { expireWorkers } from "./expire-workers.ts";
export { releaseBackoff } from "./release-backoff.ts";
export { readSubSteps, recordSubSteps, type SubStepPlace, type SubStepRow } from "./sub-steps.ts";
export { lockLaunches } from "./launch-lock.ts";
export type { RetryScope } from "./retried-steps.ts";
export { retryRun, type RetryRunOptions } from "./retry-run.ts";
export {
  claimSteps,
  settleAndClaim,
  settleSteps,
  type SettleAndClaimInput,
  type SettleAndClaimResult,
} from "./settle-and-claim.ts";
export type { AttemptPlace, Claim, OutcomeResult, CheckOutcome, StepOutcome } from "./step-outcome.ts";
export { readOwnedClaims, type OwnedClaim } from "./owned-claims.ts";
export { assetIdAt, getRunGraph, type StaticRun } from "./run-graphs.ts";
