// Packs every package that is published, as a release does, and looks at the tarballs with publint and
// @arethetypeswrong/cli: what a user would find missing, or typed wrongly. The packages have to be built.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = (name) => join(root, "node_modules", ".bin", name);
const directory = mkdtempSync(join(tmpdir(), "heddle-packages-"));
let failed = 0;

/** Runs a program; what it prints is shown only when it fails. */
function run(program, args, cwd) {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    shell: process.platform === "win32",
    env: { ...process.env, NO_COLOR: "1" },
  });
  if (status === 0) return stdout;
  failed += 1;
  console.error(`${program} ${args.join(" ")}\n${stdout}${stderr}`);
  return undefined;
}

for (const folder of ["packages", "apps"]) {
  for (const name of readdirSync(join(root, folder))) {
    const path = join(root, folder, name);
    const manifest = JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
    if (manifest.private === true) continue;
    const packed = run(bin("pnpm"), ["pack", "--json", "--pack-destination", directory], path);
    if (packed === undefined) continue;
    const { filename, files } = JSON.parse(packed);
    for (const needed of ["README.md", "LICENSE"]) {
      if (files.some((file) => file.path === needed)) continue;
      failed += 1;
      console.error(`${manifest.name} has no ${needed}`);
    }
    for (const [peer, range] of Object.entries(manifest.peerDependencies ?? {})) {
      const { version } = JSON.parse(readFileSync(join(path, "node_modules", peer, "package.json"), "utf8"));
      // Such as 1.5.5-r.5: npm takes it for a version before 1.5.5, and no range but this one has those.
      if (!version.includes("-") || range === "*") continue;
      failed += 1;
      console.error(`${manifest.name} asks for ${peer} ${range}, which npm does not find: ${version} is a prerelease`);
    }
    run(bin("publint"), ["run", filename, "--strict"], path);
    const isTyped = Object.values(manifest.exports).some((entry) => entry.types !== undefined);
    if (isTyped) run(bin("attw"), [filename, "--profile", "esm-only"], path);
    const kib = Math.ceil(statSync(filename).size / 1024);
    console.log(`${manifest.name}@${manifest.version}: ${files.length} files, ${kib} KiB packed`);
  }
}
rmSync(directory, { recursive: true, force: true });
if (failed > 0) console.error(`${failed} findings`);
process.exit(failed === 0 ? 0 : 1);
