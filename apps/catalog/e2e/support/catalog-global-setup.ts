import { execFile } from "node:child_process";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { TestProject } from "vitest/node";
import { findChromium } from "./chromium.ts";
import { startExample } from "./deployment.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Where the catalog of the deployment under test answers. */
    catalogUrl: string;
    /** The project that it serves: a copy, which tests may edit. */
    projectDirectory: string;
    /** Process of `heddle dev`. */
    heddlePid: number;
  }
}

const WORKSPACE = join(import.meta.dirname, "../../../..");
const CATALOG = join(WORKSPACE, "apps/catalog");
/** What the built catalog is made of. */
const SOURCES = [
  join(CATALOG, "src"),
  join(CATALOG, "index.html"),
  join(CATALOG, "vite.config.ts"),
  join(WORKSPACE, "packages/core/src"),
  join(WORKSPACE, "packages/graph-layout/src"),
];
const BUILD_TIMEOUT_MS = 120_000;

/**
 * Builds the catalog if it is older than its sources, and starts Heddle on a copy of the example project with a fresh
 * database for all browser tests.
 *
 * vitest loads this file without the workspace's source condition, so it imports nothing of Heddle.
 */
export default async function setUpCatalog(project: TestProject): Promise<() => Promise<void>> {
  findChromium();
  await buildIfStale();
  const example = await startExample(WORKSPACE);
  project.provide("catalogUrl", example.url);
  project.provide("projectDirectory", example.projectDirectory);
  project.provide("heddlePid", example.pid);
  return () => example.stop();
}

async function buildIfStale(): Promise<void> {
  const built = await stat(join(CATALOG, "dist/index.html")).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
  const changed = await Promise.all(SOURCES.map(newestChange));
  if (Math.max(...changed) < built) return;
  const vite = join(CATALOG, "node_modules/.bin/vite");
  // vitest says `test` here, which would build React for development.
  const env = { ...process.env, NODE_ENV: "production" };
  await promisify(execFile)(vite, ["build"], { cwd: CATALOG, env, timeout: BUILD_TIMEOUT_MS });
}

/** When a file, or anything below a folder, was changed last. */
async function newestChange(path: string): Promise<number> {
  const found = await stat(path);
  if (!found.isDirectory()) return found.mtimeMs;
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const times = await Promise.all(files.map(async (file) => (await stat(join(file.parentPath, file.name))).mtimeMs));
  return Math.max(0, ...times);
}
