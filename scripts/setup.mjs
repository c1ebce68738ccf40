// Installs what the lockfile names, unless that was done already. Runs before `npm start`, `npm test` and `npm run check`,
// on whatever Node the machine has (20.20 or later), so it uses nothing but Node itself.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, "node_modules", ".heddle-setup");
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 20)) {
  console.error(`Heddle needs Node 20.20 or later to install; this is ${process.versions.node}.`);
  process.exit(1);
}

const inputs = ["pnpm-lock.yaml", "pnpm-workspace.yaml", "package.json"].map((file) => readFileSync(join(root, file)));
const wanted = createHash("sha256").update(Buffer.concat(inputs)).digest("hex");
if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) process.exit(0);

// The version is the one in package.json, so that there is one place to raise it.
const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
console.log("Installing dependencies …");
const result = spawnSync("npx", ["--yes", packageManager, "install", "--frozen-lockfile"], {
  cwd: root,
  stdio: ["ignore", "pipe", "inherit"],
  shell: process.platform === "win32",
  env: { ...process.env, CI: "true" },
});
if (result.status !== 0) {
  process.stdout.write(result.stdout ?? "");
  console.error(
    `Installing failed (${packageManager} install --frozen-lockfile, exit ${result.status ?? result.signal}).`,
  );
  process.exit(1);
}
mkdirSync(dirname(stamp), { recursive: true });
writeFileSync(stamp, wanted);
