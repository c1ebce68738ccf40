import { PartitionSet } from "@heddle/core/internal";
import { type Database, migrate, openDatabase, registerCodeVersion } from "@heddle/storage";
import { startEmbeddedServer } from "@heddle/storage/embedded";
import { fork, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { calibrate } from "../calibration.ts";
import {
  FIRST_HOUR,
  generateDefinitions,
  type GeneratedOptions,
  HOURS_KEY,
  randomNumbers,
} from "./generated-definitions.ts";

/** The server and the built catalog on a database with a generated deployment. */
export interface ServedDeployment extends AsyncDisposable {
  readonly address: string;
  readonly db: Database;
  /** Puts other definitions in force, as a reload of code does. */
  register(revision: number): Promise<void>;
  calibrate(): Promise<{ coldNodeMs: number; claimsPerSecond: number }>;
}

const READY_TIMEOUT_MS = 60_000;
const DAY_MS = 86_400_000;
/** Ordinals of the days by which the assets are cut: counted from 1970. */
const FIRST_DAY = Date.UTC(2024, 0, 1) / DAY_MS;
const DAYS = 400;
/** Pieces of the asset with many partitions that are materialized, with gaps between them. */
const HOURS_PIECES = 1_000;

/** Writes a deployment through the functions of storage, and serves it as `heddle start` does. */
export async function serveDeployment(options: GeneratedOptions): Promise<ServedDeployment> {
  await using stack = new AsyncDisposableStack();
  const directory = mkdtempSync(join(tmpdir(), "heddle-bench-catalog-"));
  stack.defer(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));
  const postgres = stack.use(await startEmbeddedServer({ directory: join(directory, "postgres") }));
  const db = stack.use(await openDatabase({ url: postgres.url, applicationName: "heddle-bench" }));
  await migrate(db);
  await register(db, options);
  await fillStates(db, options);
  const server = stack.use(await startServer(postgres.url));
  const rest = stack.move();
  return {
    address: server.address,
    db,
    register: (revision) => register(db, { ...options, revision }),
    calibrate: () => calibrate(postgres.url),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

/** Assets of one code location: what is registered in one transaction. */
const LOCATION_ASSETS = 5_000;

async function register(db: Database, options: GeneratedOptions): Promise<void> {
  const { assets, protocol } = generateDefinitions(options);
  const revision = options.revision ?? 0;
  // What a revision adds stands last, and belongs to the first group.
  const added = revision > 0 ? assets.slice(options.assets) : [];
  for (let at = 0, part = 0; at < options.assets; at += LOCATION_ASSETS, part++) {
    const last = at + LOCATION_ASSETS >= options.assets;
    const own = assets.slice(at, last && revision === 0 ? undefined : Math.min(options.assets, at + LOCATION_ASSETS));
    if (part > 0 && revision > 0) continue;
    await registerCodeVersion(db, {
      location: `bench-${part}`,
      directory: "/bench",
      hash: `${options.assets}-${part}-${revision}`.padStart(64, "0"),
      snapshot: { protocol, assets: part === 0 ? [...own, ...added] : own },
      bundle: gzipSync("export default {};"),
    });
  }
}

/** Lets most days of most assets be materialized, some fail and some be missing; many hours in pieces with gaps. */
async function fillStates(db: Database, { assets, hours }: GeneratedOptions): Promise<void> {
  const random = randomNumbers(assets + 1);
  const { keys } = await readKeys(db);
  const states = keys.flatMap((key) =>
    (key === HOURS_KEY ? hoursStates(hours ?? 0) : [dayState(random)]).map((state) => ({ key, ...state })),
  );
  const encode = (ranges: readonly number[]): Uint8Array => PartitionSet.fromRanges(ranges).encode();
  await db.transaction("fillStates", async ({ sql }) => {
    await sql`insert into environment (name) values ('production') on conflict do nothing`;
    for (let at = 0; at < states.length; at += 5_000) {
      const part = states.slice(at, at + 5_000);
      await sql`
        insert into asset_chunk (environment_id, asset_id, chunk, materialized, failed)
        select e.id, a.id, k.chunk, k.materialized, k.failed
        from environment e, asset a, unnest(
          ${part.map(({ key }) => key)}::text[], ${part.map(({ chunk }) => chunk)}::integer[],
          ${part.map(({ materialized }) => encode(materialized))}::bytea[], ${part.map(({ failed }) => encode(failed))}::bytea[]
        ) as k(key, chunk, materialized, failed)
        where a.key = k.key and e.name = 'production'`;
    }
  });
}

interface ChunkState {
  readonly chunk: number;
  readonly materialized: readonly number[];
  readonly failed: readonly number[];
}

function dayState(random: () => number): ChunkState {
  const kind = random();
  const end = FIRST_DAY + (kind < 0.82 ? DAYS : Math.floor(random() * DAYS));
  const failed = kind > 0.94 ? [end - 3, end - 2] : [];
  const chunk = Math.floor(FIRST_DAY / 8_192);
  // One chunk holds the ordinals of some 22 years; 2024 and 2025 share one.
  return { chunk, materialized: kind > 0.97 ? [] : [FIRST_DAY, end], failed };
}

/** Chunks of 8,192 ordinals. */
function hoursStates(hours: number): ChunkState[] {
  const length = hours / HOURS_PIECES;
  const materialized: number[] = [];
  const failed: number[] = [];
  for (let piece = 0; piece < HOURS_PIECES; piece++) {
    const start = FIRST_HOUR + piece * length;
    const end = start + Math.floor(length * 0.97);
    materialized.push(start, end);
    if (piece % 7 === 0) failed.push(end, end + 1);
  }
  const sets = [PartitionSet.fromRanges(materialized), PartitionSet.fromRanges(failed)] as const;
  const [made, lost] = sets.map((set) => new Map([...set.chunks()].map((piece) => [piece.chunk, piece.set.ranges])));
  return [...new Set([...(made?.keys() ?? []), ...(lost?.keys() ?? [])])].map((chunk) => ({
    chunk,
    materialized: made?.get(chunk) ?? [],
    failed: lost?.get(chunk) ?? [],
  }));
}

function readKeys(db: Database): Promise<{ keys: string[] }> {
  return db.read("readKeys", async ({ sql }) => {
    const rows = await sql<{ key: string }[]>`select key from asset order by id`;
    return { keys: rows.map(({ key }) => key) };
  });
}

async function startServer(databaseUrl: string): Promise<AsyncDisposable & { readonly address: string }> {
  const child = fork(fileURLToPath(import.meta.resolve("@heddle/server")), {
    env: {
      ...process.env,
      DATABASE_URL: databaseUrl,
      HEDDLE_PORT: "0",
      HEDDLE_CATALOG_DIR: fileURLToPath(new URL("dist", import.meta.resolve("@heddle/catalog/package.json"))),
    },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  return { address: await addressOf(child), [Symbol.asyncDispose]: () => end(child) };
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("the server was not ready in time")), READY_TIMEOUT_MS);
    child.once("exit", (code) => reject(new Error(`the server ended with ${String(code)}`)));
    child.on("message", (message: { readonly type?: string; readonly address?: string }) => {
      if (message.type !== "ready" || message.address === undefined) return;
      clearTimeout(timer);
      resolve(message.address);
    });
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  await new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.kill("SIGTERM");
  });
}
