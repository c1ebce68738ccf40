// `npm run new -- ../shop`: makes a project outside of this repository that has Heddle as it is here. The packages are
// packed as a release packs them, and installed from their tarballs.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { buildPackages, ROOT } from "./build-packages.mjs";

const [target] = process.argv.slice(2);
if (target === undefined) fail("Name a directory: npm run new -- ../shop");
// npm runs scripts in the directory of package.json; the path is meant from where the command was given.
const directory = resolve(process.env.INIT_CWD ?? ".", target);
if (existsSync(join(directory, "package.json"))) fail(`${directory} has a package.json already.`);

buildPackages();
const tarballs = packAll(join(directory, "heddle-packages"));
const { "@heddle/core": core, "@heddle/io": io, "@heddle/cli": cli, "@heddle/testing": testing, ...others } = tarballs;
write("package.json", {
  name: basename(directory),
  private: true,
  type: "module",
  dependencies: { "@heddle/core": core, "@heddle/io": io },
  devDependencies: { "@heddle/cli": cli, "@heddle/testing": testing },
  // What these need of Heddle comes from the tarballs as well, and nothing of it from a registry.
  overrides: others,
});
write("tsconfig.json", {
  compilerOptions: {
    target: "es2023",
    module: "nodenext",
    strict: true,
    noUncheckedIndexedAccess: true,
    allowImportingTsExtensions: true,
    noEmit: true,
    skipLibCheck: true,
  },
  include: ["src"],
});
writeFileSync(join(directory, ".gitignore"), "node_modules/\n.heddle/\nheddle-packages/\n");
run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"], directory);
console.log(`${directory} has Heddle. Declare assets in src/definitions.ts, and start it with: npx heddle dev`);

/** Packs every package that is published; gives the tarballs by the packages' names. */
function packAll(into) {
  mkdirSync(into, { recursive: true });
  const folders = ["packages", "apps"].flatMap((folder) =>
    readdirSync(join(ROOT, folder)).map((name) => join(ROOT, folder, name)),
  );
  const entries = folders.flatMap((path) => {
    const { name, private: isPrivate } = JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
    if (isPrivate === true) return [];
    const packed = run(
      join(ROOT, "node_modules", ".bin", "pnpm"),
      ["pack", "--json", "--pack-destination", into],
      path,
    );
    return [[name, `file:${relative(directory, JSON.parse(packed).filename)}`]];
  });
  return Object.fromEntries(entries);
}

/** Runs a program; what it prints is shown when it fails. */
function run(program, args, cwd) {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    shell: process.platform === "win32",
  });
  if (status !== 0) fail(`${program} ${args.join(" ")}\n${stdout}${stderr}`);
  return stdout;
}

function write(file, content) {
  writeFileSync(join(directory, file), `${JSON.stringify(content, null, 2)}\n`);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
