import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { HeddleError, type JsonValue } from "@heddle/core";
import type { BuildContext, BuildFailure, Loader, Message, Plugin } from "esbuild";
import type { Project } from "./project.ts";

/** A project's modules as one file, named by its content. Packages stay outside and resolve from the project. */
export interface Bundle {
  /** SHA-256 of the code, hex: the code version. */
  readonly hash: string;
  readonly code: Uint8Array;
  /** Absolute paths of the project's files in it. */
  readonly inputs: readonly string[];
}

/** Bundles that stay on disk, and how long any of them does. */
const KEPT_BUNDLES = 20;
const KEPT_MS = 3_600_000;

/** Bundles a project again and again; the second time only what changed is parsed. */
export interface Bundler {
  /** @throws CODE_LOCATION_BUILD_FAILED with every error's file, line and column. */
  build(): Promise<Bundle>;
  dispose(): Promise<void>;
}

/** Makes a bundler for a project. */
export async function createBundler(project: Project): Promise<Bundler> {
  // Only who bundles loads it.
  const { context } = await import("esbuild");
  const build = await context({
    absWorkingDir: project.directory,
    entryPoints: [project.entry],
    // Only the directory counts: it gives source maps and `import.meta.url` their base.
    outfile: bundlePath(project, "bundle"),
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    target: "node22",
    packages: "external",
    sourcemap: "inline",
    // The catalog shows the sources of a version from its bundle: nothing else keeps those of former ones.
    sourcesContent: true,
    keepNames: true,
    metafile: true,
    logLevel: "silent",
    plugins: [importMetaPlugin(project)],
  });
  return { build: () => runBuild(project, build), dispose: () => build.dispose() };
}

/** Where a bundle lies while processes load it: inside the project, so that packages resolve from there. */
export function bundlePath(project: Pick<Project, "stateDirectory">, hash: string): string {
  return join(project.stateDirectory, "bundles", `${hash}.mjs`);
}

/** Writes a bundle to its place, at once as a whole, unless it is there as it should be. Gives the path. */
export function placeBundle(project: Pick<Project, "stateDirectory">, bundle: Pick<Bundle, "hash" | "code">): string {
  const path = bundlePath(project, bundle.hash);
  // A machine that crashed may have left the name without the content.
  if (existsSync(path) && readFileSync(path).equals(bundle.code)) {
    // In use again: it is as good as new.
    utimesSync(path, new Date(), new Date());
    return path;
  }
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, bundle.code);
  renameSync(temporary, path);
  removeOldBundles(dirname(path));
  return path;
}

/** Every change of the code leaves a bundle behind. Whoever needs a removed one gets it from the database again. */
function removeOldBundles(directory: string): void {
  const files = readdirSync(directory).map((name) => {
    const path = join(directory, name);
    return { path, writtenAt: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 };
  });
  const old = files.toSorted((a, b) => b.writtenAt - a.writtenAt).slice(KEPT_BUNDLES);
  for (const { path, writtenAt } of old) {
    // One that was placed a moment ago is about to be loaded.
    if (Date.now() - writtenAt > KEPT_MS) rmSync(path, { force: true });
  }
}

async function runBuild(project: Project, build: BuildContext): Promise<Bundle> {
  try {
    const result = await build.rebuild();
    const [output] = result.outputFiles ?? [];
    if (output === undefined) throw new Error("esbuild gave no output");
    const inputs = Object.keys(result.metafile?.inputs ?? {});
    return {
      hash: createHash("sha256").update(output.contents).digest("hex"),
      code: output.contents,
      inputs: inputs.map((input) => resolve(project.directory, input)),
    };
  } catch (error) {
    throw toBuildError(project, error);
  }
}

function toBuildError(project: Project, error: unknown): unknown {
  const errors = (error as Partial<BuildFailure>).errors;
  if (!Array.isArray(errors) || errors.length === 0) return error;
  const problems = errors.map(describeMessage);
  return new HeddleError(
    "CODE_LOCATION_BUILD_FAILED",
    `the code of ${project.name} does not build:\n${problems.map((problem) => `  ${problem.text}`).join("\n")}`,
    {
      hint: "Correct the lines above; Heddle keeps the last good version until then.",
      details: { problems: problems.map(({ file, line, message }) => ({ file, line, message })) as JsonValue },
    },
  );
}

function describeMessage({ location, text }: Message): {
  file: string | null;
  line: number | null;
  message: string;
  text: string;
} {
  const place = location === null ? "" : `${location.file}:${location.line}:${location.column + 1}: `;
  return { file: location?.file ?? null, line: location?.line ?? null, message: text, text: `${place}${text}` };
}

const LOADERS: Readonly<Record<string, Loader>> = { ts: "ts", mts: "ts", cts: "ts", tsx: "tsx", jsx: "jsx" };

/**
 * Keeps `import.meta.url`, `.filename` and `.dirname` of the project's files true: in a bundle they would all name the
 * bundle. The replacement is relative to the bundle, so the same code has the same hash on every machine.
 */
function importMetaPlugin(project: Project): Plugin {
  const base = dirname(bundlePath(project, "bundle"));
  return {
    name: "heddle-import-meta",
    setup(build) {
      build.onLoad({ filter: /\.[cm]?[jt]sx?$/ }, async ({ path }) => {
        if (path.includes("/node_modules/")) return undefined;
        const source = await readFile(path, "utf8");
        if (!source.includes("import.meta.")) return undefined;
        const url = `new URL(${JSON.stringify(relative(base, path).replaceAll("\\", "/"))}, import.meta.url)`;
        const contents = source.replaceAll(/\bimport\.meta\.(url|filename|dirname)\b/g, (_, name: string) =>
          name === "url"
            ? `${url}.href`
            : `process.getBuiltinModule("node:url").fileURLToPath(${name === "filename" ? url : `new URL(".", ${url})`})`,
        );
        return { contents, loader: LOADERS[path.slice(path.lastIndexOf(".") + 1)] ?? "js" };
      });
    },
  };
}
