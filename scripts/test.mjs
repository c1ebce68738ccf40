// `npm test`: builds what the tests start as a user would, runs every test, and closes with one line of totals.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

// A build tool's notices have no place in the output of a test.
const env = { ...process.env, TURBO_TELEMETRY_DISABLED: "1" };
const run = (command, args) =>
  spawnSync(command, args, { stdio: "inherit", shell: process.platform === "win32", env }).status;

const build = run("turbo", ["run", "build", "--output-logs=errors-only"]);
if (build !== 0) {
  console.log("The build failed, so no test ran.");
  console.log("0 passed, 1 failed");
  process.exit(1);
}

const directory = mkdtempSync(join(tmpdir(), "heddle-test-"));
const report = join(directory, "report.json");
const status = run("vitest", [
  "run",
  "--reporter=default",
  "--reporter=json",
  `--outputFile.json=${report}`,
  ...process.argv.slice(2),
]);

let totals;
try {
  totals = JSON.parse(readFileSync(report, "utf8"));
} catch (error) {
  // Without a report nobody knows what passed: that is a failure, and it says why.
  console.error(`The test runner left no report: ${error.message}`);
  totals = { numPassedTests: 0, numFailedTests: 1, testResults: [] };
}
rmSync(directory, { recursive: true, force: true });

// A file that fails to load has no failed test of its own; it counts as one.
const brokenFiles = totals.testResults.filter(
  (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
);
const failed = Math.max(totals.numFailedTests + brokenFiles.length, status === 0 ? 0 : 1);
console.log(`${totals.numPassedTests} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
