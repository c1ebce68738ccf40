import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDeployment, type TestDeployment } from "./support/deployment.ts";
import { findBrokenInvariants } from "./support/invariants.ts";

const DEFINITIONS = `
import { asset, dailyPartitions, definitions, dep, fail, ioManager, monthlyPartitions, pass } from "@heddle/core";
import { date, int32, jsonLines, jsonLinesRows, table } from "@heddle/io/json";
import { appendFileSync, existsSync } from "node:fs";

const path = (name: string) => new URL("../" + name, import.meta.url).pathname;
const note = (line: string) => appendFileSync(path("events"), line + "\\n");
const days = dailyPartitions({ start: "2024-01-28", end: "2024-02-03" });
const months = monthlyPartitions({ start: "2024-01", end: "2024-03" });
const schema = table({ day: date(), n: int32() });

const lines = jsonLines({ schema });
/** Shows to others what is published, and loses a column when a test says so. */
const io = ioManager({
  ...lines,
  async write(rows: Parameters<typeof lines.write>[0], context: Parameters<typeof lines.write>[1]) {
    const stored = await lines.write(rows, context);
    note("write " + context.partitionKey);
    return existsSync(path("drift")) ? { ...stored, columns: stored.columns!.slice(0, 1) } : stored;
  },
  async publish(_stored: unknown, { partitionKey, fence }: { partitionKey: string | null; fence: number }) {
    note("publish " + partitionKey + " " + typeof fence);
  },
});

const raw = asset({
  key: "raw",
  partitions: days,
  io,
  *materialize({ partition }) { for (let n = 0; n < 4; n += 1) yield { day: partition.key, n }; },
  checks: { wanted: { blocking: true, check: ({ value }) => {
    note("check " + value[0]!.day);
    return existsSync(path("doubt")) ? fail() : pass();
  } } },
});

const month = asset({
  key: "month",
  partitions: months,
  deps: {
    whole: raw,
    some: dep(raw, { columns: ["n"], where: { n: { gte: 2 }, day: { in: ["2024-01-31", "2024-02-01"] } } }),
    stream: dep(raw, { io: jsonLinesRows({ schema }), where: { n: { eq: 3 } } }),
  },
  async materialize({ deps }) {
    let whole = 0;
    for await (const [, rows] of deps.whole.load({ concurrency: 3 })) whole += rows.length;
    const streamed: string[] = [];
    for await (const { day } of await deps.stream.concat()) streamed.push(day);
    return { whole, some: await deps.some.concat(), streamed };
  },
});

/** Days that do not agree: from the first of February on another type, and every second one a column more. */
const uneven = asset({
  key: "uneven",
  partitions: days,
  io: ioManager({
    ...lines,
    async write(rows: Parameters<typeof lines.write>[0], context: Parameters<typeof lines.write>[1]) {
      const { columns = [], ...stored } = await lines.write(rows, context);
      const isLate = context.partitionKey! >= "2024-02";
      const isMore = Number(context.partitionKey!.slice(-1)) % 2 === 0;
      const more = isMore ? [{ name: "extra", type: "Utf8", nullable: true }] : [];
      const drifted = columns.map((column) => (isLate && column.name === "n" ? { ...column, type: "Utf8" } : column));
      return { ...stored, columns: [...drifted, ...more] };
    },
  }),
  materialize: ({ partition }) => [{ day: partition.key, n: 1 }],
});

export default definitions({ assets: [raw, month, uneven] });
`;

let deployment: TestDeployment;

beforeAll(async () => {
  deployment = await createDeployment({ "src/definitions.ts": DEFINITIONS });
  await deployment.startDaemon();
  await deployment.startWorker();
});
afterAll(async () => {
  expect(await findBrokenInvariants(deployment.db)).toEqual([]);
  await deployment[Symbol.asyncDispose]();
});

async function query<TRow extends object>(text: string): Promise<TRow[]> {
  return deployment.db.read("testQuery", async (tx) => [...(await tx.sql.unsafe<TRow[]>(text))]);
}

async function run(keys: readonly string[], partitions = "all") {
  const id = await deployment.launch(keys, partitions);
  const status = await deployment.ended(id);
  const failures = await query<{ code: string; message: string }>(
    `select error->>'code' as code, error->>'message' as message from attempt where run_id = ${id} order by ordinal`,
  );
  return { id, status, failures };
}

const events = (): string[] =>
  existsSync(deployment.path("events")) ? readFileSync(deployment.path("events"), "utf8").trimEnd().split("\n") : [];

/** Objects of the first day in the store. */
const objects = (): string[] => readdirSync(deployment.path("storage/raw/2024-01-28"));

describe("tables", () => {
  it("are written, checked and published outside in this order, and loaded as their consumers ask", async () => {
    const { id, status, failures } = await run(["raw", "month"]);
    expect({ status, failures }).toEqual({ status: "success", failures: [] });
    expect(events().filter((line) => line.includes("2024-01-30"))).toEqual([
      "write 2024-01-30",
      "check 2024-01-30",
      "publish 2024-01-30 number",
    ]);
    const made = await query<{ key: string }>(
      `select m.stored->'objects'->0->>'key' as key from materialization m join asset a on a.id = m.asset_id
       where m.run_id = ${id} and a.key = 'month' order by m.ordinal`,
    );
    const values = made.map(
      ({ key }) => JSON.parse(readFileSync(deployment.path(`storage/${key}`), "utf8")) as unknown,
    );
    expect(values).toEqual([
      {
        whole: 16,
        some: [{ n: 2 }, { n: 3 }],
        streamed: ["2024-01-28", "2024-01-29", "2024-01-30", "2024-01-31"],
      },
      { whole: 8, some: [{ n: 2 }, { n: 3 }], streamed: ["2024-02-01", "2024-02-02"] },
    ]);
    const [first] = await query<{ rows: number; columns: object[] }>(
      `select m.stored->'rows' as rows, m.stored->'columns' as columns from materialization m
       join asset a on a.id = m.asset_id where m.run_id = ${id} and a.key = 'raw' order by m.ordinal limit 1`,
    );
    expect(first).toMatchObject({
      rows: 4,
      columns: [
        { name: "day", min: "2024-01-28", max: "2024-01-28", nulls: 0 },
        { name: "n", type: "Int32", min: 0, max: 3 },
      ],
    });
  });

  it("that lose a column are neither checked nor published, and the version before stays", async () => {
    const before = { events: events().length, objects: objects() };
    writeFileSync(deployment.path("drift"), "");
    const { status, failures } = await run(["raw"], "2024-01-28");
    expect(status).toBe("failed");
    expect(failures).toEqual([
      {
        code: "IO_SCHEMA_DRIFT",
        message: expect.stringContaining('raw [2024-01-28] was not published: column "n" (Int32) is gone'),
      },
    ]);
    expect(events().slice(before.events)).toEqual(["write 2024-01-28"]);
    expect(objects()).toEqual(before.objects);
  });

  it("that fail a blocking check are removed and never published", async () => {
    const before = { events: events().length, objects: objects() };
    rmSync(deployment.path("drift"), { force: true });
    writeFileSync(deployment.path("doubt"), "");
    expect(await run(["raw"], "2024-01-28")).toMatchObject({
      status: "failed",
      failures: [{ code: "STEP_CHECK_FAILED" }],
    });
    expect(events().slice(before.events)).toEqual(["write 2024-01-28", "check 2024-01-28"]);
    expect(objects()).toEqual(before.objects);
  });

  it("that do not agree with another partition of the same first run are refused, unless one is wider", async () => {
    const { id, status, failures } = await run(["uneven"]);
    expect(status).toBe("failed");
    expect(failures.length).toBeGreaterThan(0);
    for (const { code, message } of failures) {
      expect(code).toBe("IO_SCHEMA_DRIFT");
      expect(message).toMatch(
        /^uneven \[.+\] was not published, compared with uneven \[.+\] of the same run: column "n"/u,
      );
    }
    const made = await query<{ type: string }>(
      `select distinct m.stored->'columns'->1->>'type' as type from materialization m
       join asset a on a.id = m.asset_id where m.run_id = ${id} and a.key = 'uneven'`,
    );
    expect(made).toHaveLength(1);
  });
});
