import type { Database } from "@heddle/storage";
import { round, type Benchmark } from "./benchmark.ts";
import { startDeployment } from "./deployment.ts";
import { hoursAsset, plainAsset, project } from "./no-op-assets.ts";

const PORT = 4_800;
const PARTITIONS = 20_000;
const ASSETS = 30;
const REPEATS = 40;
const MAX_ROWS = 3;
/** Tables that are about logs and processes, and not about what was made. */
const LEFT_OUT = ["log_chunk", "worker", "lease"];

/** B12: what stays in the database of each materialization: event, state and provenance. */
export const bytesPerMaterialization: Benchmark = {
  name: "b12",
  description: "rows and bytes written for each materialization",
  unit: "bytes",
  target: 700,
  async measure() {
    const assets = [hoursAsset("first", PARTITIONS), hoursAsset("second", PARTITIONS, ["first"])];
    const singles = Array.from({ length: ASSETS }, (_, at) => plainAsset(`single_${at}`));
    await using deployment = await startDeployment("b12", PORT, project([...assets, ...singles]));
    const { db } = deployment;
    await deployment.run({ selection: "single*" });
    const small = await measureGrowth(db, ASSETS * REPEATS, async () => {
      for (let at = 0; at < REPEATS; at++) await deployment.run({ selection: "single*" });
    });
    const large = await measureGrowth(db, PARTITIONS * 2, async () => {
      await deployment.run({ selection: "first+" });
    });
    return {
      value: large.bytes,
      parameters: {
        materializations: PARTITIONS * 2,
        rows: { value: large.rows, target: MAX_ROWS, ok: large.rows <= MAX_ROWS },
        walBytes: large.walBytes,
        largestTables: large.largest,
        /** A deployment that makes a few assets every few minutes. */
        thirtyAssetsAtATime: small,
      },
      calibration: await deployment.calibrate(),
    };
  },
};

interface Growth {
  readonly rows: number;
  readonly bytes: number;
  /** Written to the log that makes it durable, pages written in whole after a checkpoint included. */
  readonly walBytes: number;
  readonly largest: Readonly<Record<string, { rows: number; bytes: number }>>;
}

interface TableSize {
  readonly name: string;
  readonly rows: number;
  readonly bytes: number;
}

/** Compares the sizes of all tables, with their indexes, before and after, both times without dead rows. */
async function measureGrowth(db: Database, materializations: number, make: () => Promise<void>): Promise<Growth> {
  const before = await readSizes(db);
  const walBefore = await readWal(db);
  await make();
  const wal = (await readWal(db)) - walBefore;
  const after = await readSizes(db);
  const grown = after.map(({ name, rows, bytes }) => {
    const old = before.find((table) => table.name === name);
    return { name, rows: rows - (old?.rows ?? 0), bytes: bytes - (old?.bytes ?? 0) };
  });
  const each = (sum: number): number => round(sum / materializations, 2);
  return {
    rows: each(grown.reduce((sum, { rows }) => sum + rows, 0)),
    bytes: each(grown.reduce((sum, { bytes }) => sum + bytes, 0)),
    walBytes: each(wal),
    largest: Object.fromEntries(
      grown
        .toSorted((a, b) => b.bytes - a.bytes)
        .slice(0, 6)
        .map(({ name, rows, bytes }) => [name, { rows: each(rows), bytes: each(bytes) }]),
    ),
  };
}

async function readSizes(db: Database): Promise<TableSize[]> {
  const names = await db.read("readTables", async ({ sql }) => [
    ...(await sql<{ name: string }[]>`
      select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace
        and relname <> all (${LEFT_OUT}::text[]) order by 1`),
  ]);
  const sizes: TableSize[] = [];
  for (const { name } of names) {
    // Rows that were rewritten leave room behind that the next ones use: what counts is what the rows take.
    const [row] = await db.transaction("readSize", ({ sql }) =>
      sql.unsafe<[{ rows: number; heap: number; indexes: number }]>(
        `select count(*)::integer as rows, coalesce(sum(pg_column_size(t.*) + 4), 0)::float8 as heap,
           pg_indexes_size('"${name}"')::float8 as indexes from "${name}" t`,
      ),
    );
    sizes.push({ name, rows: row.rows, bytes: row.heap + row.indexes });
  }
  return sizes;
}

async function readWal(db: Database): Promise<number> {
  const [row] = await db.read(
    "readWal",
    ({ sql }) => sql<[{ bytes: number }]>`select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 as bytes`,
  );
  return row.bytes;
}
