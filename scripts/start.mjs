// `npm start`: builds Heddle and starts it on the example project.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { buildPackages, ROOT } from "./build-packages.mjs";

buildPackages();
const heddle = join(ROOT, "packages", "cli", "bin", "heddle.js");
const child = spawn(process.execPath, [heddle, "dev", "--first-run", ...process.argv.slice(2)], {
  cwd: join(ROOT, "assets-example"),
  stdio: "inherit",
});
// A Ctrl-C reaches the child as well, which stops in order; this process only waits for it.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(code ?? (signal === null ? 1 : 0)));
