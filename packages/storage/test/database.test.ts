import { createTestDatabase, type TestDatabase } from "./support/index.ts";
import { isHeddleError } from "@heddle/core";
import { eq, sql as drizzleSql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase, type Transaction } from "../src/database.ts";
import { event } from "../src/schema/index.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.db.transaction("set up", async ({ sql }) => {
    await sql`create table item (id integer primary key, value integer not null default 0)`;
    await sql`insert into item select id from generate_series(1, 20) as id`;
  });
});

afterAll(() => database[Symbol.asyncDispose]());

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => expect.fail("it was expected to fail"),
    (error: unknown) => error,
  );

describe("values", () => {
  test("cross the wire both ways", async () => {
    const instant = new Date("2026-03-04T05:06:07.089Z");
    const bytes = new Uint8Array([0, 1, 127, 128, 255]);
    const json = { text: 'quote " and \\ and ünïcode', list: [1, null, true], null: null };
    const [row] = await database.db.read(
      "values",
      ({ sql }) =>
        sql`select ${2 ** 52}::bigint as big, ${bytes}::bytea as bytes, ${json}::jsonb as json, ${instant}::timestamptz as instant,
        ${"text"}::text as text, ${null}::text as nothing, 1.5::double precision as fraction, true as flag`,
    );
    expect(row).toEqual({ big: 2 ** 52, bytes, json, instant, text: "text", nothing: null, fraction: 1.5, flag: true });
    expect(row?.["bytes"].constructor).toBe(Uint8Array);
  });

  test("cross the wire in arrays, for unnest", async () => {
    const columns = {
      big: [1, null, -(2 ** 50)],
      bytes: [new Uint8Array([1, 2]), new Uint8Array(), null],
      json: [{ a: [1, "x,y"] }, "text", 3],
      text: ["plain", 'a "quoted", {braced} \\ one', ""],
      flag: [true, false, null],
      instant: [new Date(0), null, new Date("2026-01-01T00:00:00.000Z")],
    };
    const rows = await database.db.read(
      "arrays",
      ({ sql }) =>
        sql`select * from unnest(${columns.big}::bigint[], ${columns.bytes}::bytea[], ${columns.json}::jsonb[],
        ${columns.text}::text[], ${columns.flag}::boolean[], ${columns.instant}::timestamptz[])
        as t (big, bytes, json, text, flag, instant)`,
    );
    for (const [name, values] of Object.entries(columns)) {
      expect({ name, values: rows.map((row) => row[name]) }).toEqual({ name, values });
    }
    const [back] = await database.db.read(
      "arrays back",
      ({ sql }) =>
        sql`select ${columns.text}::text[] as text, ${columns.big}::bigint[] as big, ${columns.bytes}::bytea[] as bytes,
        ${[]}::bigint[] as empty, array['NULL', null]::text[] as nulls`,
    );
    expect(back).toEqual({
      text: columns.text,
      big: columns.big,
      bytes: columns.bytes,
      empty: [],
      nulls: ["NULL", null],
    });
  });

  test("an integer that no number holds is refused instead of rounded", async () => {
    const error = await rejection(
      database.db.read("too big", ({ sql }) => sql`select 9007199254740993::bigint as big`),
    );
    expect(String(error)).toContain("9007199254740993");
  });

  test("drizzle shares the connection with raw statements, JSON and instants included", async () => {
    const payload = { note: "text", nested: { list: [1, 2] } };
    const at = new Date("2026-05-06T07:08:09.010Z");
    await database.db.transaction("both", async (tx) => {
      await tx.drizzle.insert(event).values({ kind: "drizzle", payload, at });
      const [raw] = await tx.sql`select payload, at from event where kind = 'drizzle'`;
      expect(raw).toEqual({ payload, at });
      await tx.sql`update event set payload = ${{ ...payload, note: "raw" }}::jsonb where kind = 'drizzle'`;
    });
    const [row] = await database.db.drizzle.select().from(event).where(eq(event.kind, "drizzle"));
    expect(row).toMatchObject({ kind: "drizzle", payload: { ...payload, note: "raw" }, at });
  });
});

describe("transactions", () => {
  test("statements may be sent together", async () => {
    const sums = await database.db.transaction("together", async ({ sql }) =>
      Promise.all([1, 2, 3].map(async (n) => (await sql`select ${n}::integer * 10 as n`)[0]?.["n"])),
    );
    expect(sums).toEqual([10, 20, 30]);
  });

  test("are rolled back when their function throws, and the error comes out as it is", async () => {
    const reason = new Error("mine");
    const error = await rejection(
      database.db.transaction("throws", async ({ sql }) => {
        await sql`update item set value = 99 where id = 1`;
        throw reason;
      }),
    );
    expect(error).toBe(reason);
    expect(await readItem(1)).toBe(0);
  });

  test("fail when a statement was built and never sent", async () => {
    const error = await rejection(
      database.db.transaction("forgetful", async ({ sql }) => {
        await sql`update item set value = 98 where id = 1`;
        // oxlint-disable-next-line typescript/no-floating-promises, no-unused-expressions -- the mistake that this is about
        sql`update item set value = 97 where id = 1`;
      }),
    );
    expect(isHeddleError(error, "DATABASE_STATEMENT_NOT_AWAITED")).toBe(true);
    expect(await readItem(1)).toBe(0);
  });

  test("wait for statements that were sent and not awaited, and fail with them", async () => {
    await database.db.transaction("hasty", async ({ sql }) => {
      void sql`update item set value = 2 where id = 2`.execute();
    });
    expect(await readItem(2)).toBe(2);
    const error = await rejection(
      database.db.transaction("hasty and wrong", async ({ sql }) => {
        void sql`select 1 / 0`.execute();
      }),
    );
    expect(error).toMatchObject({ code: "DATABASE_FAILED", details: { sqlState: "22012" } });
  });

  test("take fragments for parts of statements", async () => {
    const ids = await database.db.read("fragments", async ({ sql }) => {
      const condition = sql`id in ${sql([3, 4])}`;
      return sql<{ id: number }[]>`select id from item where ${condition} ${sql``} order by ${sql("id")}`;
    });
    expect(ids.map(({ id }) => id)).toEqual([3, 4]);
  });

  test("do not commit what went on after a failed statement", async () => {
    const error = await rejection(
      database.db.transaction("swallows", async ({ sql }) => {
        await sql`update item set value = 96 where id = 1`;
        await sql`select 1 / 0`.catch(() => undefined);
      }),
    );
    expect(error).toMatchObject({ code: "DATABASE_FAILED" });
    expect(await readItem(1)).toBe(0);
  });

  test("say which constraint refused a statement", async () => {
    const error = await rejection(
      database.db.transaction("duplicate", async ({ sql }) => {
        await sql`insert into item (id) values (1)`;
      }),
    );
    expect(error).toMatchObject({
      code: "DATABASE_FAILED",
      details: { transaction: "duplicate", sqlState: "23505", constraint: "item_pkey", table: "item" },
    });
  });

  test("state their isolation and their limits, whatever the server's defaults are", async () => {
    await database.db.drizzle.execute(
      drizzleSql`alter role heddle in database ${drizzleSql.identifier(new URL(database.url).pathname.slice(1))}
        set default_transaction_isolation = 'repeatable read'`,
    );
    await using fresh = await openDatabase({ url: database.url, applicationName: "isolation" });
    const settings = ({ sql }: Transaction) => sql`
      select current_setting('default_transaction_isolation') as default, current_setting('transaction_isolation') as isolation,
        current_setting('transaction_read_only') as "readOnly", current_setting('lock_timeout') as lock,
        current_setting('idle_in_transaction_session_timeout') as idle`;
    const limits = { default: "repeatable read", lock: "2s", idle: "15s" };
    expect(await fresh.transaction("write", async (tx) => [...(await settings(tx))])).toEqual([
      { ...limits, isolation: "read committed", readOnly: "off" },
    ]);
    expect(await fresh.read("read", async (tx) => [...(await settings(tx))])).toEqual([
      { ...limits, isolation: "repeatable read", readOnly: "on" },
    ]);
  });

  test("that deadlock are repeated until both have gone through", async () => {
    const meeting = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
    let attempts = 0;
    const crossing = (first: number, second: number, own: 0 | 1): Promise<void> =>
      database.db.transaction(`crossing ${own}`, async ({ sql }) => {
        attempts += 1;
        await sql`update item set value = value + 1 where id = ${first}`;
        meeting[own].resolve();
        await meeting[own === 0 ? 1 : 0].promise;
        await sql`update item set value = value + 1 where id = ${second}`;
      });
    await Promise.all([crossing(10, 11, 0), crossing(11, 10, 1)]);
    expect(await readItem(10)).toBe(2);
    expect(await readItem(11)).toBe(2);
    expect(attempts).toBeGreaterThan(2);
  });

  test("give up a conflict after their retries, and say what it was", async () => {
    const error = await database.db.transaction("holder", async (holder) => {
      await holder.sql`select 1 from item where id = 12 for update`;
      return rejection(
        database.db.transaction("waiter", ({ sql }) => sql`select 1 from item where id = 12 for update nowait`, {
          retries: 2,
        }),
      );
    });
    expect(error).toMatchObject({ code: "DATABASE_FAILED", details: { transaction: "waiter", sqlState: "55P03" } });
  });

  test("end at their deadline, and the statement with them", async () => {
    const error = await rejection(
      database.db.transaction("slow", ({ sql }) => sql`select pg_sleep(60)`, { deadlineMs: 200 }),
    );
    expect(error).toMatchObject({ code: "DATABASE_DEADLINE", details: { transaction: "slow", deadlineMs: 200 } });
    // The connection was given up, and the next call has another.
    expect(await readItem(1)).toBe(0);
  });

  test("end at their deadline when it is the function that hangs", async () => {
    const error = await rejection(database.db.transaction("hangs", () => new Promise(() => {}), { deadlineMs: 100 }));
    expect(error).toMatchObject({ code: "DATABASE_DEADLINE" });
  });

  test("share few connections fairly", async () => {
    await using narrow = await openDatabase({ url: database.url, applicationName: "narrow", maxConnections: 2 });
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        narrow.transaction("queue", async ({ sql }) => {
          await sql`select 1`;
          order.push(n);
        }),
      ),
    );
    expect(order.toSorted((a, b) => a - b)).toEqual(order.map((_, n) => n));
    const [row] = await database.db.read(
      "count",
      ({ sql }) => sql<{ count: number }[]>`
      select count(*)::integer as count from pg_stat_activity where application_name = 'narrow'`,
    );
    expect(row?.count).toBe(2);
  });

  test("read cannot write", async () => {
    const error = await rejection(database.db.read("writes", ({ sql }) => sql`update item set value = 1 where id = 1`));
    expect(error).toMatchObject({ code: "DATABASE_FAILED", details: { sqlState: "25006" } });
  });
});

describe("notifications", () => {
  test("arrive after the commit, and not after a rollback", async () => {
    const received: string[] = [];
    const last = Promise.withResolvers<void>();
    await using _ = await database.db.listen("news", (payload) => {
      received.push(payload);
      if (payload === "last") last.resolve();
    });
    await database.db.transaction("tell", (tx) => tx.notify("news", "first"));
    await rejection(
      database.db.transaction("take back", async (tx) => {
        await tx.notify("news", "never");
        throw new Error("rolled back");
      }),
    );
    await database.db.transaction("tell", (tx) => tx.notify("news", "last"));
    await last.promise;
    expect(received).toEqual(["first", "last"]);
  });

  test("go on after the connection was lost, with an empty one for what was missed", async () => {
    const payloads: string[] = [];
    const woken = Promise.withResolvers<void>();
    const told = Promise.withResolvers<void>();
    await using fresh = await openDatabase({ url: database.url, applicationName: "listening" });
    await using _ = await fresh.listen("return", (payload) => {
      payloads.push(payload);
      (payload === "" ? woken : told).resolve();
    });
    await database.db.read(
      "cut",
      ({ sql }) => sql`
        select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'listening (listen)'`,
    );
    await woken.promise;
    await database.db.transaction("tell", (tx) => tx.notify("return", "again"));
    await told.promise;
    expect(payloads).toEqual(["", "again"]);
  });

  test("end when they are disposed of", async () => {
    const payloads: string[] = [];
    const second = Promise.withResolvers<void>();
    const first = await database.db.listen("both", (payload) => void payloads.push(`first ${payload}`));
    await using _ = await database.db.listen("both", (payload) => {
      payloads.push(`second ${payload}`);
      if (payload === "2") second.resolve();
    });
    await first[Symbol.asyncDispose]();
    await database.db.transaction("tell", (tx) => tx.notify("both", "2"));
    await second.promise;
    expect(payloads).toEqual(["second 2"]);
  });
});

async function readItem(id: number): Promise<number | undefined> {
  const [row] = await database.db.read(
    "read item",
    ({ sql }) => sql<{ value: number }[]>`
    select value from item where id = ${id}`,
  );
  return row?.value;
}
