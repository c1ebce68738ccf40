import type { RecordedSubStep } from "../step/sub-steps.ts";
import type { LogFrame, StepQuestion, StepReport } from "./protocol.ts";
import type { PoolStep } from "./step-lane.ts";
import type { StepPace } from "./step-pace.ts";
import type { StepProcessOptions } from "./step-process.ts";

/** How a pool runs its steps. */
export interface StepPoolOptions<TStep extends PoolStep> {
  /** Processes for each code version in use. */
  readonly processes: number;
  /** Steps that run at once in one process. */
  readonly concurrency: number;
  /** A step that was aborted has this long to end; then its process is killed. */
  readonly graceMs: number;
  readonly pace: StepPace;
  processOptions(codeVersionId: number): Promise<Omit<StepProcessOptions, "concurrency" | "graceMs">>;
  /** A step has come to an end, or one partition of its chunk. */
  report(step: TStep, report: StepReport): void;
  log(step: TStep, frame: LogFrame): void;
  /** A step asks, and waits for the answer. */
  ask(step: TStep, question: StepQuestion): Promise<readonly RecordedSubStep[]>;
  /** Steps for which no process could be prepared, and why. */
  refused(steps: readonly TStep[], error: unknown): void;
}
