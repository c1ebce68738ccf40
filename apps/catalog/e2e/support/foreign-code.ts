import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Deployment } from "./deployment.ts";

/** Assets of a code location by key, each with the keys that it depends on. */
export type ForeignAssets = Readonly<Record<string, readonly string[]>>;

const SCRIPT = `
import { gzipSync } from "node:zlib";
import { openDatabase, registerCodeVersion } from "@heddle/storage";
import { startEmbeddedServer } from "@heddle/storage/embedded";

const [directory, location, declared] = process.argv.slice(1);
const { url } = await startEmbeddedServer({ directory });
const db = await openDatabase({ url, applicationName: "browser-test" });
const assets = Object.entries(JSON.parse(declared)).map(([key, upstream]) => ({
  key,
  kind: "asset",
  description: null,
  group: location,
  owners: [],
  tags: {},
  kinds: [],
  metadata: {},
  partitions: null,
  deps: upstream.map((on) => ({ name: on, upstream: on, mapping: { kind: "identity" }, multiplicity: "one", rule: "the whole asset" })),
  resources: [],
  retry: { attempts: 1, backoff: "constant", delayMs: 0, maxDelayMs: 0, jitter: false },
  timeoutMs: 60000,
  isolation: "shared",
  io: "json",
  source: null,
  codeVersion: "1",
  checks: [],
}));
const snapshot = { protocol: 1, assets };
await registerCodeVersion(db, { location, directory: "/" + location, hash: location, snapshot, bundle: gzipSync("export default 1;") });
process.exit(0);
`;

/**
 * Puts the code of another code location in force, as a daemon on another machine would: what it declares need not fit
 * to what other locations declare.
 */
export async function registerForeignCode(
  deployment: Deployment,
  {
    workspace,
    location,
    assets,
  }: { readonly workspace: string; readonly location: string; readonly assets: ForeignAssets },
): Promise<void> {
  const directory = join(deployment.projectDirectory, ".heddle/postgres");
  await promisify(execFile)(
    process.execPath,
    [
      "--conditions=@heddle/source",
      "--no-warnings",
      "--input-type=module",
      "-e",
      SCRIPT,
      directory,
      location,
      JSON.stringify(assets),
    ],
    // The script finds the packages of the workspace from here.
    { cwd: join(workspace, "packages/storage"), env: { ...process.env, NODE_OPTIONS: "" } },
  );
}
