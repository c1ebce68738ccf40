import { describe, expect, test } from "vitest";
import { ERROR_CATALOGUE, isErrorCode } from "./error-catalogue.ts";
import { API_ERRORS } from "./error-catalogue/api-errors.ts";
import { COLLECTION_ERRORS } from "./error-catalogue/collection-errors.ts";
import { SQL_ERRORS } from "./error-catalogue/sql-errors.ts";
import { TICK_ERRORS } from "./error-catalogue/tick-errors.ts";
import { DATABASE_ERRORS } from "./error-catalogue/database-errors.ts";
import { DECLARATION_ERRORS } from "./error-catalogue/declaration-errors.ts";
import { IO_ERRORS } from "./error-catalogue/io-errors.ts";
import { NOTIFICATION_ERRORS } from "./error-catalogue/notification-errors.ts";
import { PARTITION_ERRORS } from "./error-catalogue/partition-errors.ts";
import { PREVIEW_ERRORS } from "./error-catalogue/preview-errors.ts";
import { PROCESS_ERRORS } from "./error-catalogue/process-errors.ts";
import { RUN_ERRORS } from "./error-catalogue/run-errors.ts";
import { deserializeError, HeddleError, isHeddleError, serializeError } from "./errors.ts";

const roundTrip = (error: unknown): Error => deserializeError(JSON.parse(JSON.stringify(serializeError(error))));

describe("HeddleError", () => {
  test("carries code, hint, details and cause", () => {
    const cause = new Error("disk");
    const error = new HeddleError("IO_STORE_FULL", "no space", { hint: "free some", details: { path: "/x" }, cause });
    expect(error).toMatchObject({ code: "IO_STORE_FULL", hint: "free some", details: { path: "/x" }, cause });
    expect(new HeddleError("INTERNAL", "x")).toMatchObject({ hint: undefined, details: {} });
  });

  test("is known by its brand, also when another copy of the package made it", () => {
    const foreign = Object.assign(new Error("x"), { code: "ASSET_CYCLE" });
    Object.defineProperty(foreign, Symbol.for("heddle.brand"), { value: "error" });
    expect(isHeddleError(foreign, "ASSET_CYCLE")).toBe(true);
    expect(isHeddleError(foreign, "ASSET_UNKNOWN")).toBe(false);
    expect(isHeddleError(Object.assign(new Error("x"), { code: "ASSET_CYCLE" }))).toBe(false);
  });

  test("shows no brand in JSON", () => {
    expect(Object.keys(new HeddleError("INTERNAL", "x", { hint: "y" }))).not.toContain("heddle.brand");
  });
});

describe("serializeError", () => {
  test("brings a HeddleError back whole, causes too", () => {
    const original = new HeddleError("ASSET_CYCLE", "a → a", {
      hint: "break it",
      details: { path: ["a", "a"] },
      cause: new RangeError("deep"),
    });
    const copy = roundTrip(original);
    expect(isHeddleError(copy, "ASSET_CYCLE")).toBe(true);
    expect(copy).toMatchObject({ message: "a → a", hint: "break it", details: { path: ["a", "a"] } });
    expect(copy.stack).toBe(original.stack);
    expect(copy.cause).toMatchObject({ name: "RangeError", message: "deep" });
  });

  test("keeps the code of a system error, and the parts of an aggregate", () => {
    const system = Object.assign(new Error("gone"), { code: "ENOENT", password: "secret" });
    const copy = roundTrip(new AggregateError([system], "several"));
    expect(copy).toMatchObject({ name: "AggregateError", errors: [{ message: "gone", code: "ENOENT" }] });
    expect(JSON.stringify(serializeError(system))).not.toContain("secret");
  });

  test("a code that this version does not know gives a plain error", () => {
    const copy = deserializeError({ name: "HeddleError", message: "m", code: "FROM_THE_FUTURE" });
    expect(isHeddleError(copy)).toBe(false);
    expect(copy).toMatchObject({ name: "HeddleError", message: "m", code: "FROM_THE_FUTURE" });
  });

  test.each([
    ["a string", "boom", "boom"],
    ["an object", { why: 1 }, '{"why":1}'],
    ["undefined", undefined, "undefined"],
    ["a bigint inside", { big: 1n }, "a value that cannot be shown was thrown"],
  ])("takes %s that was thrown", (_name, thrown, message) => {
    expect(serializeError(thrown)).toEqual({ name: "NonError", message });
  });

  test("survives getters that throw, causes that never end and texts without end", () => {
    const hostile = new Error("x".repeat(100_000));
    Object.defineProperty(hostile, "code", {
      get() {
        throw new Error("no");
      },
    });
    hostile.cause = hostile;
    const text = JSON.stringify(serializeError(hostile));
    expect(text.length).toBeLessThan(10 * 70_000);
    expect(serializeError(hostile).message).toContain("more)");
  });
});

test("every entry of the catalogue is a sentence with a remedy", () => {
  for (const [code, { summary, remedy }] of Object.entries(ERROR_CATALOGUE)) {
    expect(code).toMatch(/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/u);
    expect(`${code}: ${summary}`).toMatch(/: \S.*\.$/su);
    expect(`${code}: ${remedy}`).toMatch(/: \S.*\.$/su);
    expect(isErrorCode(code)).toBe(true);
  }
  expect(isErrorCode("toString")).toBe(false);
});

test("no code is in two areas", () => {
  const areas = [
    DECLARATION_ERRORS,
    PARTITION_ERRORS,
    IO_ERRORS,
    SQL_ERRORS,
    RUN_ERRORS,
    TICK_ERRORS,
    NOTIFICATION_ERRORS,
    COLLECTION_ERRORS,
    PREVIEW_ERRORS,
    DATABASE_ERRORS,
    API_ERRORS,
    PROCESS_ERRORS,
  ];
  const codes = areas.flatMap((area) => Object.keys(area));
  expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
  expect(codes.toSorted()).toEqual(Object.keys(ERROR_CATALOGUE).toSorted());
});
