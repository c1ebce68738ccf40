import { retryRun } from "@heddle/storage";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createDeployment, type TestDeployment } from "./support/deployment.ts";
import { findBrokenInvariants } from "./support/invariants.ts";

const DEFINITIONS = `
import { appendFileSync, existsSync } from "node:fs";
import { asset, definitions } from "@heddle/core";

const note = (text: string) => appendFileSync(process.env["HEDDLE_NOTES"]!, text + "\\n");
const pages = ["1", "2", "3", "4", "5", "6"];

/** Its process is killed in the middle the first time, and it fails in the middle the second time. */
const report = asset({
  key: "report",
  retry: { attempts: 2 },
  async materialize({ map, step, run }) {
    const values = await map(pages, async (page) => {
      if (page === "3" && run.attempt === 1) process.kill(process.pid, "SIGKILL");
      if (page === "5" && run.attempt === 2) throw new Error("page 5 is not ready");
      note("page " + page);
      return Number(page) * 10;
    }, { concurrency: 1 });
    const total = await step("total", () => { note("total"); return values.reduce((sum, value) => sum + value, 0); });
    if (run.attempt === 3 && !existsSync(process.env["HEDDLE_NOTES"] + ".last")) throw new Error("at the very end");
    return { total };
  },
});
export default definitions({ assets: [report] });
`;

let deployment: TestDeployment;
const notes = (): string => deployment.path("notes");

beforeAll(async () => {
  deployment = await createDeployment({ "src/definitions.ts": DEFINITIONS });
  await deployment.startDaemon();
  await deployment.startWorker({ env: { ...process.env, HEDDLE_NOTES: notes() } });
});
afterAll(async () => {
  expect(await findBrokenInvariants(deployment.db)).toEqual([]);
  await deployment[Symbol.asyncDispose]();
});

it("does each part once over a crash, an error and a retry of the run", async () => {
  const runId = await deployment.launch(["report"]);
  expect(await deployment.ended(runId)).toBe("failed");
  const all = ["page 1", "page 2", "page 3", "page 4", "page 5", "page 6", "total"];
  expect(readFileSync(notes(), "utf8").trim().split("\n")).toEqual(all);

  const retry = await retryRun(deployment.db, { runId, only: "failed" });
  expect(await deployment.ended(retry.runId)).toBe("success");
  expect(readFileSync(notes(), "utf8").trim().split("\n")).toEqual(all);

  // All of it once more is really all of it.
  const again = await retryRun(deployment.db, { runId: retry.runId, only: "all" });
  await deployment.ended(again.runId);
  expect(
    readFileSync(notes(), "utf8")
      .split("\n")
      .filter((line) => line === "page 1"),
  ).toHaveLength(2);
});
