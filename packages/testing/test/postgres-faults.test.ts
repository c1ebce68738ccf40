import { type AnyIoManager, type StoredValue } from "@heddle/core";
import { int32, postgres, postgresRows, table, utf8 } from "@heddle/io/postgres";
import { startTcpProxy, type TcpProxy } from "@heddle/test-support";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { errorOf } from "./support/error-of.ts";
import { createWarehouse, type Warehouse } from "./support/warehouse.ts";

let warehouse: Warehouse;
let proxy: TcpProxy;
beforeAll(async () => {
  warehouse = await createWarehouse();
  proxy = await startTcpProxy(warehouse.url);
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await warehouse[Symbol.asyncDispose]();
});

let number = 0;
let key = "";
beforeEach(() => {
  key = `faults/raw_${(number += 1)}`;
  proxy.setFault({ kind: "none" });
});

const schema = table({ n: int32(), text: utf8() });
const text = "x".repeat(200);
const rows = (count: number) => Array.from({ length: count }, (_, n) => ({ n, text }));
/** A pool of its own for each test: the limits are part of what names a pool. */
const through = (options: object = {}) =>
  postgres({ url: proxy.url, schema, retryMs: 10_000 + number, ...options }) as AnyIoManager;
const direct = () => postgres({ url: warehouse.url, schema });
const versions = (): string => `faults."${key.slice(7)}__versions"`;
const count = async (relation: string): Promise<unknown> =>
  (await warehouse.query(`select count(*)::int as count from ${relation}`))[0]?.["count"];
const attempt = (options: object = {}) => warehouse.attempt({ assetKey: key, ...options });

describe("a connection that breaks", () => {
  test("while an array is written is made again, and the rows are there once", async () => {
    const io = through();
    const many = rows(60_000);
    await io.write([], attempt());
    setTimeout(proxy.cut, 30);
    const stored = await io.write(many, attempt());
    expect(await direct().load(warehouse.reader(stored))).toEqual(many);
    expect(await count(versions())).toBe(60_000);
  });

  test("while a generator is written fails the write, and leaves nothing", async () => {
    async function* yielding() {
      yield* rows(20_000);
      proxy.cut();
      yield* rows(20_000);
    }
    const error = await errorOf(through().write(yielding(), attempt()));
    expect(error.code).toBe("IO_STORE_FAILED");
    expect(await count(versions())).toBe(0);
    expect(await count(`heddle.version where relation like '%${key.slice(7)}"'`)).toBe(0);
  });

  test.each([
    ["an array", (made: readonly object[]): unknown => made],
    ["a generator", (made: readonly object[]): unknown => made.values()],
  ])("after the commit of %s is no failure: the version is found", async (_, give) => {
    const io = through();
    await io.write([], attempt());
    proxy.setFault({ kind: "drop-reply", text: "; commit" });
    const context = attempt();
    const stored = await io.write(give(rows(3)), context);
    expect(await direct().load(warehouse.reader(stored))).toEqual(rows(3));
    expect(await count(versions())).toBe(3);
    const found = `heddle.version where attempt_id = '${context.attemptId}'`;
    expect(await count(found)).toBe(1);
  });

  test("while a version is published or removed is no failure", async () => {
    const io = through();
    const [first, second] = [attempt(), attempt()];
    const stored = await io.write(rows(3), first);
    proxy.setFault({ kind: "drop-reply", text: "into heddle.published" });
    await io.publish?.(stored, first);
    const next = await io.write(rows(2), second);
    proxy.setFault({ kind: "drop-reply", text: "into heddle.published" });
    await io.publish?.(next, second);
    expect(await count(`faults."${key.slice(7)}"`)).toBe(2);
    proxy.setFault({ kind: "drop-reply", text: "delete from" });
    await io.remove(stored, warehouse.reader(stored));
    expect(await count(versions())).toBe(2);
  });

  test("while rows are read is made again, for arrays and between rows", async () => {
    const many = rows(50_000);
    const stored = await direct().write(many, attempt());
    setTimeout(proxy.cut, 20);
    expect(await through().load(warehouse.reader(stored))).toHaveLength(50_000);
    const streaming = postgresRows({ url: proxy.url, schema, retryMs: 20_000 + number });
    let next = 0;
    for await (const row of await streaming.load(warehouse.reader(stored))) {
      expect(row.n).toBe(next);
      next += 1;
      if (next === 15_000) proxy.cut();
    }
    expect(next).toBe(50_000);
  });

  test("and a server that is silent are given up after a time, with what to do", async () => {
    const io = through({ timeoutMs: 300, retryMs: 1 });
    const stored = await io.write(rows(1), attempt());
    proxy.setFault({ kind: "fall-silent" });
    const error = await errorOf(io.load(warehouse.reader(stored)));
    expect(error.code).toBe("IO_STORE_FAILED");
    expect(error.message).toContain("did not answer for 300 ms (CONNECTION_SILENT)");
    proxy.setFault({ kind: "none" });
    expect(await io.load(warehouse.reader(stored))).toEqual(rows(1));
  });

  test("and a server that goes away are waited for", async () => {
    const io = through();
    const stored = await io.write(rows(1), attempt());
    proxy.setFault({ kind: "hang-up" });
    proxy.cut();
    const loading = io.load(warehouse.reader(stored));
    await pause(300);
    proxy.setFault({ kind: "none" });
    expect(await loading).toEqual(rows(1));
  });
});

describe("a step that is canceled", () => {
  test("stops a write whose producer never answers, and leaves nothing", async () => {
    const canceled = new AbortController();
    const waiting = Promise.withResolvers<never>();
    async function* hanging() {
      yield* rows(10_000);
      setTimeout(() => canceled.abort(new Error("canceled")), 50);
      await waiting.promise;
    }
    const io = through();
    await expect(io.write(hanging(), attempt({ signal: canceled.signal }))).rejects.toThrow("canceled");
    // The connection is hung up: the next one is another.
    const stored = await io.write(rows(1), attempt());
    expect(await io.load(warehouse.reader(stored))).toEqual(rows(1));
    expect(await count(versions())).toBe(1);
  });

  test("lets a stream go that is given up, with nothing under way", async () => {
    const stored = await direct().write(rows(50_000), attempt());
    const io = postgresRows({ url: warehouse.url, schema, maxConnections: 1 });
    for (let round = 0; round < 3; round += 1) {
      for await (const row of await io.load(warehouse.reader(stored))) {
        if (row.n === 3) break;
      }
    }
    expect(await io.preview?.(warehouse.reader(stored), { rows: 1 })).toMatchObject({ totalRows: 50_000 });
  });
});

describe("many at once", () => {
  test("write one table that is not there, change it and publish, without deadlock", async () => {
    const partitions = Array.from({ length: 40 }, (_, at) => `p${at}`);
    const shapes = [schema, table({ n: int32(), text: utf8(), more: int32().nullable() })];
    // Code of before and of after take turns while a new version is rolled out. What code of before begins to write after
    // the new column is seen is refused as drift: so the new ones publish when the others have written, while these publish.
    let unwritten = partitions.length / 2;
    const { promise: oldAreWritten, resolve } = Promise.withResolvers<void>();
    await Promise.all(
      partitions.map(async (partitionKey, at) => {
        const isNew = at % 2 === 1;
        const io: AnyIoManager = postgres({ url: warehouse.url, schema: shapes[at % 2]!, retryMs: 30_000 + (at % 5) });
        const context = attempt({ partitionKey });
        const stored = await io.write(isNew ? rows(2).map((row) => ({ ...row, more: at })) : rows(2), context);
        if (isNew) await oldAreWritten;
        else if (--unwritten === 0) resolve();
        await io.publish?.(stored, context);
      }),
    );
    const seen = await warehouse.query(
      `select count(*)::int as rows, count(more)::int as more from faults."${key.slice(7)}"`,
    );
    expect(seen).toEqual([{ rows: 80, more: 40 }]);
  });

  test("attempts at one partition: the latest is seen, whole", async () => {
    const attempts = Array.from({ length: 20 }, () => attempt({ partitionKey: "one" }));
    await Promise.all(
      attempts.map(async (context, at) => {
        const io = postgres({ url: warehouse.url, schema, retryMs: 40_000 + (at % 3) });
        await io.publish?.(await io.write(rows(at + 1), context), context);
      }),
    );
    expect(await count(`faults."${key.slice(7)}"`)).toBe(20);
  });

  test("steps that write what they read one row after the other do not wait for each other for ever", async () => {
    const stored = await direct().write(rows(30_000), attempt());
    const io = postgresRows({ url: warehouse.url, schema, maxConnections: 2 });
    const copies = Array.from({ length: 5 }, async () => io.write(await io.load(warehouse.reader(stored)), attempt()));
    for (const copy of await Promise.all(copies)) expect(copy.dataVersion).toBe(stored.dataVersion);
  });

  test("thousands of versions are written, read and removed one by one", async () => {
    const io = direct();
    const stored: StoredValue[] = [];
    for (let at = 0; at < 1_000; at += 20) {
      const batch = Array.from({ length: 20 }, async (_, more) => {
        const context = attempt({ partitionKey: `p${(at + more) % 100}` });
        const value = await io.write([{ n: at + more, text: "" }], context);
        await io.publish?.(value, context);
        return value;
      });
      stored.push(...(await Promise.all(batch)));
    }
    expect(await count(`faults."${key.slice(7)}"`)).toBe(100);
    expect(await io.load(warehouse.reader(stored[634]!))).toEqual([{ n: 634, text: "" }]);
    for (const value of stored.slice(0, 200)) await io.remove(value, warehouse.reader(value));
    expect(await count(versions())).toBe(800);
    expect(await count(`faults."${key.slice(7)}"`)).toBe(100);
  });
});

/** A process of its own with the packages' source. */
function startModule(module: string): ChildProcess {
  const arguments_ = ["--conditions=@heddle/source", "--input-type=module", "--eval", module];
  return spawn(process.execPath, arguments_, {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, WAREHOUSE_URL: warehouse.url },
  });
}

const WRITER = `
  import { int32, postgres, table, utf8 } from "@heddle/io/postgres";
  import { memoryStore } from "@heddle/io/memory";
  const io = postgres({ env: "WAREHOUSE_URL", schema: table({ n: int32(), text: utf8() }) });
  const context = (options) => ({ partitionKey: null, store: memoryStore(), signal: new AbortController().signal, ...options });
`;

describe("a process that is killed", () => {
  test.each(["during the copy", "before the publication", "after the publication"])(
    "%s leaves what was seen before, and what can be removed",
    async (moment) => {
      const before = attempt();
      const first = await direct().write(rows(2), before);
      await direct().publish?.(first, before);
      const child = startModule(`${WRITER}
        const attempt = context({ assetKey: "${key}", attemptId: "killed", fence: 1_000_000 });
        async function* rows() {
          for (let n = 0; n < 20_000; n += 1) yield { n, text: "killed" };
          if (${moment === "during the copy"}) {
            console.log("now");
            await new Promise((resolve) => setTimeout(resolve, 60_000));
          }
        }
        const stored = await io.write(rows(), attempt);
        if (${moment === "after the publication"}) await io.publish(stored, attempt);
        console.log("now");
        setTimeout(() => undefined, 60_000);
      `);
      await once(child.stdout!, "data");
      child.kill("SIGKILL");
      await once(child, "close");

      const isSeen = moment === "after the publication";
      expect(await count(`faults."${key.slice(7)}"`)).toBe(isSeen ? 20_000 : 2);
      expect(await direct().load(warehouse.reader(first))).toEqual(rows(2));
      const { signal } = before;
      for await (const { attemptId, stored } of direct().listStored!({ assetKey: key, signal })) {
        if (attemptId === "killed") await direct().remove(stored, warehouse.reader(stored));
      }
      expect(await count(versions())).toBe(2);
      expect(await count(`faults."${key.slice(7)}"`)).toBe(2);
    },
  );

  test("is not what a process needs to end: its connections let it go", async () => {
    const child = startModule(`${WRITER}
      const stored = await io.write([{ n: 1, text: "a" }], context({ assetKey: "${key}", attemptId: "1", fence: 1 }));
      console.log((await io.load(context({ assetKey: "${key}", stored })))[0].n);
    `);
    const [code] = (await once(child, "close")) as [number | null];
    expect(code).toBe(0);
  });

  test("streams more than it holds in memory, in and out", async () => {
    const child = startModule(`${WRITER}
      import { postgresRows } from "@heddle/io/postgres";
      const streaming = postgresRows({ env: "WAREHOUSE_URL", schema: table({ n: int32(), text: utf8() }) });
      const text = "x".repeat(1_000);
      async function* rows() {
        for (let n = 0; n < 500_000; n += 1) yield { n, text };
      }
      const stored = await io.write(rows(), context({ assetKey: "${key}", attemptId: "1", fence: 1 }));
      let sum = 0;
      for await (const row of await streaming.load(context({ assetKey: "${key}", stored }))) sum += row.n;
      console.log(JSON.stringify({ sum, maxRssMb: process.resourceUsage().maxRSS / 1024 }));
    `);
    const [data] = (await once(child.stdout!, "data")) as [Buffer];
    const { sum, maxRssMb } = JSON.parse(data.toString()) as { sum: number; maxRssMb: number };
    expect(sum).toBe((499_999 * 500_000) / 2);
    // 500 MB of text; Node takes some 60 MB, chunks and pages some tens, the rest waits to be collected.
    expect(maxRssMb).toBeLessThan(450);
  });
});

describe("connections that cannot come about", () => {
  const password = "s3cret-password";
  const at = (change: (url: URL) => void): string => {
    const url = new URL(proxy.url);
    url.password = password;
    change(url);
    return url.href;
  };

  test.each([
    ["no such host", atHost, "there is no such host"],
    ["no such database", atDatabase, 'database "nowhere" does not exist'],
    ["nobody listens", atPort, "ECONNREFUSED"],
    ["a wrong password", atPassword, "user or password are wrong"],
    ["no TLS", atTls, "does not speak TLS"],
  ])("say why and what to do, without the password: %s", async (_, change, message) => {
    const io = postgres({ url: () => at(change), schema, retryMs: 1 });
    const error = await errorOf(io.write(rows(1), attempt()));
    expect(error.code).toBe("IO_STORE_FAILED");
    expect(error.message).toContain(message);
    expect(error.hint).toMatch(/\w/);
    expect(describeDeeply(error)).not.toContain(password);
  });

  function atHost(url: URL): void {
    url.hostname = "warehouse.invalid";
  }
  function atDatabase(url: URL): void {
    url.password = new URL(warehouse.url).password;
    url.pathname = "/nowhere";
  }
  function atPassword(): void {
    // It is wrong already.
  }
  function atPort(url: URL): void {
    url.port = "1";
  }
  function atTls(url: URL): void {
    url.search = "?sslmode=require";
  }

  test("name the right that a user lacks", async () => {
    await warehouse.query(
      `do $$ begin create role guest login password 'guest'; exception when duplicate_object then null; end $$`,
    );
    const guest = at((url) => {
      url.username = "guest";
      url.password = "guest";
    });
    const forbidden = await errorOf(postgres({ url: guest, schema, retryMs: 1 }).write(rows(1), attempt()));
    expect(forbidden.message).toMatch(/permission denied.*\(42501\)/);
    expect(forbidden.hint).toContain("grant create on database");
  });

  test("name the variable that is not set, and a URL that is none without showing it", async () => {
    const unset = await errorOf(postgres({ env: "NO_SUCH_WAREHOUSE", schema }).write(rows(1), attempt()));
    expect(unset).toMatchObject({ code: "CONFIG_INVALID" });
    expect(unset.message).toContain("NO_SUCH_WAREHOUSE");
    const wrong = await errorOf(postgres({ url: `mysql://u:${password}@h/d`, schema }).write(rows(1), attempt()));
    expect(wrong.code).toBe("CONFIG_INVALID");
    expect(describeDeeply(wrong)).not.toContain(password);
  });

  /** Everything that a logger may come across. */
  function describeDeeply(error: unknown): string {
    const seen = new Set<unknown>();
    const parts: string[] = [];
    const visit = (value: unknown): void => {
      if (typeof value !== "object" || value === null) {
        parts.push(String(value));
        return;
      }
      if (seen.has(value)) return;
      seen.add(value);
      for (const name of Object.getOwnPropertyNames(value)) visit(Reflect.get(value, name));
    };
    visit(error);
    return parts.join("\n");
  }
});
