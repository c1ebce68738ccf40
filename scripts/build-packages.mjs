// Builds all packages, quietly; what the build prints is shown only when it fails.
import { spawnSync } from "node:child_process";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** Ends the process with 1 when the build fails. */
export function buildPackages() {
  // turbo looks for pnpm on the path, where npm puts it when this is one of its scripts.
  const PATH = [join(ROOT, "node_modules", ".bin"), process.env.PATH].join(delimiter);
  const build = spawnSync("turbo", ["run", "build", "--output-logs=errors-only", "--log-prefix=none"], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "inherit"],
    encoding: "utf8",
    shell: process.platform === "win32",
    env: { ...process.env, PATH, TURBO_TELEMETRY_DISABLED: "1" },
  });
  if (build.status === 0) return;
  process.stdout.write(build.stdout ?? "");
  console.error("The build failed.");
  process.exit(1);
}
