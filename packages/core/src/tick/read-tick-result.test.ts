import { describe, expect, test } from "vitest";
import { asset } from "../asset.ts";
import { assetCheck } from "../asset-check.ts";
import { pass } from "../check-result.ts";
import { isHeddleError } from "../errors.ts";
import { dynamicPartitions } from "../partitions/key-partitions.ts";
import { skip } from "../run-request.ts";
import { readScheduleResult, readSensorResult } from "./read-tick-result.ts";

const raw = asset({ key: "raw", materialize: () => 1 });
const unique = assetCheck({ asset: raw, name: "unique", check: () => pass() });
const volume = assetCheck({ asset: raw, name: "volume", check: () => pass() });
const nothing = { assets: null, partitions: null, runKey: null, config: null, tags: null, priority: null };

describe("a schedule", () => {
  test.each([
    ["nothing: the declared run", undefined, { kind: "declared" }],
    ["a skip", skip("a holiday"), { kind: "skipped", reason: "a holiday" }],
    ["no requests", [], { kind: "evaluated", requests: [] }],
    [
      "one request",
      { partitions: "last 7" },
      { requests: [{ ...nothing, partitions: { kind: "text", text: "last 7" } }] },
    ],
    [
      "several",
      [
        { selection: [raw], partitions: ["a", "b"], runKey: "k" },
        { selection: "*", partitions: "ended", priority: 3 },
      ],
      {
        requests: [
          { ...nothing, assets: { keys: ["raw"] }, partitions: { kind: "keys", keys: ["a", "b"] }, runKey: "k" },
          { ...nothing, assets: { selection: "*" }, partitions: { kind: "ended" }, priority: 3 },
        ],
      },
    ],
    [
      "runs of checks alone",
      [{ runChecks: [unique, volume, unique], partitions: "last 7" }, { runChecks: "all" }],
      {
        requests: [
          {
            ...nothing,
            assets: { keys: ["raw"] },
            checks: { raw: ["unique", "volume"] },
            partitions: { kind: "text", text: "last 7" },
          },
          { ...nothing, checks: "all" },
        ],
      },
    ],
  ])("may give back %s", (_, given, expected) => {
    expect(readScheduleResult(given, "it")).toMatchObject(expected);
  });
});

test("a sensor may give back requests, a cursor and keys", () => {
  const files = dynamicPartitions({ name: "files" });
  const given = { requests: [{ runKey: "a" }], cursor: "7", addPartitions: [{ definition: files, keys: ["a"] }] };
  expect(readSensorResult(given, "it")).toEqual({
    kind: "evaluated",
    requests: [{ ...nothing, runKey: "a" }],
    cursor: "7",
    addPartitions: [{ definition: "files", keys: ["a"] }],
    removePartitions: [],
  });
  expect(readSensorResult(undefined, "it")).toMatchObject({ kind: "skipped" });
  expect(readSensorResult({ cursor: "" }, "it")).toMatchObject({ cursor: "" });
  const moved = readSensorResult({ cursor: "8", reason: "no new files" }, "it");
  expect(moved).toMatchObject({ kind: "evaluated", requests: [], cursor: "8", reason: "no new files" });
});

describe("what cannot be used says what and where", () => {
  const requests: unknown[] = [];
  requests.length = 10_000_000;
  test.each<readonly [what: string, given: unknown, code: string, message: RegExp]>([
    ["ten million requests", { requests }, "TICK_REQUESTS_LIMIT", /asks for 10,000,000 runs.*10,000 is the most/],
    ["a cursor of a megabyte", { cursor: "x".repeat(1_048_576) }, "SENSOR_CURSOR_LIMIT", /1,048,576 bytes.*65,536/],
    ["a cursor that is long in bytes", { cursor: "é".repeat(40_000) }, "SENSOR_CURSOR_LIMIT", /80,000 bytes/],
    ["a cursor that is no text", { cursor: 7 }, "TICK_RESULT_INVALID", /its cursor is a number/],
    ["a number", 7, "TICK_RESULT_INVALID", /gave back a number/],
    ["a list", [{ runKey: "a" }], "TICK_RESULT_INVALID", /gave back an array/],
    ["a misspelled field", { request: [] }, "TICK_RESULT_INVALID", /"request"/],
    [
      "a reason beside requests",
      { requests: [{}], reason: "none" },
      "TICK_RESULT_INVALID",
      /a reason .*, and requests/,
    ],
    ["a reason that is no text", { reason: 7 }, "TICK_RESULT_INVALID", /its reason is a number/],
    [
      "a misspelled field of a request",
      { requests: [{ partition: "a" }] },
      "TICK_RESULT_INVALID",
      /requests\[0\] has "partition"/,
    ],
    ["a skip among requests", { requests: [skip("x")] }, "TICK_RESULT_INVALID", /requests\[0\] is a skip/],
    ["an asset as a check", { requests: [{ runChecks: [raw] }] }, "TICK_RESULT_INVALID", /runChecks must be "all" or/],
    ["no check", { requests: [{ runChecks: [] }] }, "TICK_RESULT_INVALID", /requests\[0\]\.runChecks/],
    [
      "a selection beside checks",
      { requests: [{ runChecks: [unique], selection: "*" }] },
      "TICK_RESULT_INVALID",
      /requests\[0\] has selection beside runChecks/,
    ],
    [
      "config for checks",
      { requests: [{ runChecks: "all", config: { raw: 1 } }] },
      "TICK_RESULT_INVALID",
      /has config beside runChecks/,
    ],
    ["a key that is no text", { requests: [{ partitions: [1] }] }, "TICK_RESULT_INVALID", /requests\[0\]\.partitions/],
    ["half of a character", { requests: [{ runKey: "\u{D800}" }] }, "TICK_RESULT_INVALID", /runKey/],
    [
      "config that is no JSON",
      { requests: [{ config: { raw: new Date() } }] },
      "TICK_RESULT_INVALID",
      /config\.raw is a Date/,
    ],
    ["tags", { requests: [{ tags: { a: 1 } }] }, "TICK_RESULT_INVALID", /tags must be an object of texts/],
    [
      "a static definition",
      { addPartitions: [{ definition: {}, keys: [] }] },
      "TICK_RESULT_INVALID",
      /addPartitions\[0\]/,
    ],
    ["megabytes", { requests: [{ config: { a: "x".repeat(9_000_000) } }] }, "TICK_REQUESTS_LIMIT", /characters/],
  ])("%s", (...[, given, code, message]) => {
    let thrown: unknown;
    try {
      readSensorResult(given, 'the sensor "files"');
    } catch (error) {
      thrown = error;
    }
    expect(isHeddleError(thrown) && [thrown.code, thrown.message]).toEqual([code, expect.stringMatching(message)]);
    expect(isHeddleError(thrown) && thrown.message).toContain('the sensor "files"');
  });
});
