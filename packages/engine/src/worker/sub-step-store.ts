import { readSubSteps, recordSubSteps, type Database, type SubStepPlace } from "@heddle/storage";
import { setTimeout as pause } from "node:timers/promises";
import { isDatabaseAway } from "../database-away.ts";
import type { RecordedSubStep } from "../step/sub-steps.ts";
import type { StepQuestion } from "./protocol.ts";

/** While the database is away: how long until the next try, and how many there are. The lease is lost before they end. */
const AWAY_PAUSE_MS = 500;
const MAX_TRIES = 60;
/** Most sub-steps that one transaction records. */
const BATCH = 500;

interface Waiting {
  readonly row: SubStepPlace & RecordedSubStep;
  readonly done: PromiseWithResolvers<readonly RecordedSubStep[]>;
}

/** Records sub-steps for the steps of a worker. Those that come while one batch commits make the next one. */
export class SubStepStore {
  readonly #db: Database;
  #waiting: Waiting[] = [];
  #isWriting = false;

  constructor(db: Database) {
    this.#db = db;
  }

  async answer(place: SubStepPlace, question: StepQuestion): Promise<readonly RecordedSubStep[]> {
    const { runId, assetId, ordinal } = place;
    if (question.kind === "read_sub_steps") {
      return untilBack(() => readSubSteps(this.#db, { runId, assetId, ordinal }));
    }
    const done = Promise.withResolvers<readonly RecordedSubStep[]>();
    this.#waiting.push({ row: { runId, assetId, ordinal, ...question.done }, done });
    if (!this.#isWriting) void this.#write();
    return done.promise;
  }

  /** Never rejects: whoever waits is told. */
  async #write(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH);
      try {
        await untilBack(() =>
          recordSubSteps(
            this.#db,
            batch.map(({ row }) => row),
          ),
        );
        for (const { done } of batch) done.resolve([]);
      } catch (error) {
        for (const { done } of batch) done.reject(error);
      }
    }
    this.#isWriting = false;
  }
}

/** Tries again while the database is away. */
async function untilBack<T>(act: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await act();
    } catch (error) {
      if (!isDatabaseAway(error) || tries === MAX_TRIES) throw error;
      await pause(AWAY_PAUSE_MS);
    }
  }
}
