import { PartitionSet } from "@heddle/core/internal";
import { createTestDatabase, type TestDatabase } from "@heddle/storage/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { bundleStatements } from "../src/connection/bundle-statements.ts";
import type { Database } from "../src/index.ts";

let database: TestDatabase;
let db: Database;

beforeAll(async () => {
  database = await createTestDatabase();
  ({ db } = database);
});
afterAll(() => database[Symbol.asyncDispose]());

beforeEach(async () => {
  await db.transaction("prepare", async ({ sql }) => {
    await sql`drop table if exists bundled`;
    await sql`create table bundled (id integer primary key, amount bigint not null, set bytea not null)`;
    await sql`insert into bundled values (1, 10, '\\x00'), (2, 20, '\\x00')`;
  });
});

const readAll = (): Promise<unknown> =>
  db.read("all", async ({ sql }) => [...(await sql`select id, amount from bundled order by id`)]);

describe("statements that travel as one", () => {
  test("answer each to its own, with bytes as bytes", async () => {
    const set = PartitionSet.of([1, 2, 9]).encode();
    const answers = await db.transaction("bundle", async ({ sql }) => {
      const together = bundleStatements(sql, { bytes: ["set"] });
      const condition = together`amount > ${15}::bigint`;
      return Promise.all([
        together`select id, amount from bundled where ${condition}`,
        together`insert into bundled values (${3}, ${2 ** 52}, ${set}) returning id, amount, set`,
        together`select id from bundled where id = any(${[7, 8]}::integer[])`,
        together`update bundled set amount = 11 where id = ${1}`,
      ]);
    });
    expect(answers).toEqual([[{ id: 2, amount: 20 }], [{ id: 3, amount: 2 ** 52, set }], [], []]);
    expect(await readAll()).toEqual([
      { id: 1, amount: 11 },
      { id: 2, amount: 20 },
      { id: 3, amount: 2 ** 52 },
    ]);
  });

  test("are sent with the commit behind them, and nothing of them stays when one fails", async () => {
    const write = (id: number): Promise<unknown> =>
      db.transaction("bundle", async (tx) => {
        const together = bundleStatements(tx.sql, { onSent: tx.commit });
        await Promise.all([
          together`insert into bundled values (${id}, 1, '\\x00')`,
          together`update bundled set amount = amount + 1 where id = 1`,
        ]);
      });
    await write(3);
    await expect(write(2)).rejects.toMatchObject({ code: "DATABASE_FAILED", details: { sqlState: "23505" } });
    expect(await readAll()).toEqual([
      { id: 1, amount: 11 },
      { id: 2, amount: 20 },
      { id: 3, amount: 1 },
    ]);
  });
});

describe("a commit that is sent early", () => {
  test("lets nothing be sent behind it, which would be outside of the transaction", async () => {
    const late = db.transaction("late", async ({ sql, commit }) => {
      await sql`update bundled set amount = 0 where id = 1`;
      commit();
      await sql`update bundled set amount = 0 where id = 2`;
    });
    await expect(late).rejects.toMatchObject({ code: "DATABASE_STATEMENT_NOT_AWAITED" });
    expect(await readAll()).toContainEqual({ id: 2, amount: 20 });
  });

  test("is refused while a statement is built and not sent", async () => {
    const early = db.transaction("early", async ({ sql, commit }) => {
      await sql`update bundled set amount = 0 where id = 1`;
      const waiting = sql`update bundled set amount = 0 where id = 2`;
      commit();
      await waiting;
    });
    await expect(early).rejects.toMatchObject({ code: "DATABASE_STATEMENT_NOT_AWAITED" });
    expect(await readAll()).toEqual([
      { id: 1, amount: 10 },
      { id: 2, amount: 20 },
    ]);
  });
});
