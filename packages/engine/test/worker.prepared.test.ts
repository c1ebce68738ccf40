import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createDeployment, type TestDeployment } from "./support/deployment.ts";
import { isAlive, until } from "./support/processes.ts";

/** Every process that loads it leaves its id: whoever builds the snapshot, and those that run steps. */
function definitionsOf(version: string): string {
  return `
import { asset, definitions } from "@heddle/core";
import { appendFileSync } from "node:fs";
const path = (name: string) => new URL("../" + name, import.meta.url).pathname;
if (process.argv[1]?.includes("child-entry")) appendFileSync(path("${version}.loaded"), process.pid + "\\n");
const made = asset({ key: "made", materialize() { appendFileSync(path("${version}.ran"), process.pid + "\\n"); return 1; } });
export default definitions({ assets: [made] });
`;
}

let deployment: TestDeployment;
beforeAll(async () => {
  deployment = await createDeployment({ "src/definitions.ts": definitionsOf("one") });
});
afterAll(() => deployment[Symbol.asyncDispose]());

function pidsOf(file: string): number[] {
  const path = deployment.path(file);
  return existsSync(path) ? readFileSync(path, "utf8").trim().split("\n").map(Number) : [];
}

it("has a process of the newest code running before the first step, and one of newer code as soon as that is in force", async () => {
  const loads: unknown[] = [];
  await deployment.startDaemon({ watch: true, onLoad: (_project, error) => loads.push(error) });
  await until("it is loaded", () => loads.length > 0);
  await deployment.startWorker();
  await until("a process is ready", () => pidsOf("one.loaded").length > 0);

  expect(await deployment.ended(await deployment.launch(["made"]))).toBe("success");
  expect(pidsOf("one.ran")).toEqual(pidsOf("one.loaded"));

  deployment.project.write({ "src/definitions.ts": definitionsOf("two") });
  await until("a process of the newer code is ready", () => pidsOf("two.loaded").length > 0);
  expect(await deployment.ended(await deployment.launch(["made"]))).toBe("success");
  expect(pidsOf("two.ran")).toEqual(pidsOf("two.loaded"));
  // That of the older code ends by itself after half a minute of leisure.
  const [old = 0] = pidsOf("one.loaded");
  await until("the process of the older code has ended", () => !isAlive(old));
});
