import { findNewestCodeVersion, type Database } from "@heddle/storage";
import { describeError, type EngineLog } from "../ports.ts";

interface NewestCodeOptions {
  readonly db: Database;
  readonly log: EngineLog;
  /** Called with the code version that was put in force last, as soon as there is one and whenever there is another. */
  readonly onCode: (codeVersionId: number) => void;
}

/**
 * Follows which code was put in force last: it is what the next step will most likely run. A notification that is lost
 * costs that step the start of a process and nothing else, so that nothing is asked again in vain.
 */
export async function followNewestCode({ db, log, onCode }: NewestCodeOptions): Promise<AsyncDisposable> {
  const look = async (): Promise<void> => {
    try {
      const id = await findNewestCodeVersion(db);
      if (id !== undefined) onCode(id);
    } catch (error) {
      log.warn("no process is started ahead of the first step of the newest code", { reason: describeError(error) });
    }
  };
  const listener = await db.listen("heddle_code", () => void look());
  await look();
  return listener;
}
