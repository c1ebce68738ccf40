// `npm start`: builds Heddle and starts it on the example project.
import { spawn, spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const build = spawnSync("turbo", ["run", "build", "--output-logs=errors-only", "--log-prefix=none"], {
  cwd: root,
  stdio: ["ignore", "pipe", "inherit"],
  encoding: "utf8",
  shell: process.platform === "win32",
  env: { ...process.env, TURBO_TELEMETRY_DISABLED: "1" },
});
if (build.status !== 0) {
  process.stdout.write(build.stdout ?? "");
  console.error("The build failed.");
  process.exit(1);
}

const heddle = join(root, "packages", "cli", "bin", "heddle.js");
const child = spawn(process.execPath, [heddle, "dev", "--first-run", ...process.argv.slice(2)], {
  cwd: join(root, "assets-example"),
  stdio: "inherit",
});
// A Ctrl-C reaches the child as well, which stops in order; this process only waits for it.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(code ?? (signal === null ? 1 : 0)));
