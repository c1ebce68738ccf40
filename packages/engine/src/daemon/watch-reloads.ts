import { readReloadRequests, type Database } from "@heddle/storage";
import type { CodeLocation } from "../code-location/code-location.ts";
import type { EngineLog } from "../ports.ts";
import { WakeSignal } from "../wake-signal.ts";

/** The poll that finds what a lost notification would have told. */
const POLL_INTERVAL_MS = 30_000;

/** Loads code locations again when somebody asks for it, in every daemon that keeps them. */
export function watchReloads(
  db: Database,
  { locations, log }: { readonly locations: readonly CodeLocation[]; readonly log: EngineLog },
): { stop(): Promise<void> } {
  const wake = new WakeSignal();
  let isStopped = false;
  const listening = db.listen("heddle_reload", () => wake.raise());
  // What was asked for before is done: they are loaded now.
  let known: ReadonlyMap<string, number> | undefined;
  const look = async (): Promise<void> => {
    const asked = await readReloadRequests(db);
    const due = locations.filter(({ name }) => known !== undefined && asked.get(name) !== known.get(name));
    known = asked;
    await Promise.all(due.map((location) => location.reload()));
  };
  const run = async (): Promise<void> => {
    while (!isStopped) {
      await look().catch((error: unknown) => log.error("requests to load code again could not be read", error));
      await wake.wait(POLL_INTERVAL_MS);
    }
  };
  const running = run();
  return {
    async stop() {
      isStopped = true;
      wake.raise();
      await running;
      await (await listening)[Symbol.asyncDispose]();
    },
  };
}
