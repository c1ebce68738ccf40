import { describe, expect, test } from "vitest";
import { asset } from "./asset.ts";
import { externalAsset } from "./external-asset.ts";
import { resource } from "./resource.ts";
import { formatSourceLocation, parseFrames, relativeToProject } from "./source-location.ts";

describe("the place of a declaration", () => {
  test("is the line that calls the factory", () => {
    const here = externalAsset({ key: "a" }).source;
    const below = asset({ key: "b", materialize: () => 1 }).source;
    expect(here?.file).toMatch(/source-location\.test\.ts$/u);
    expect((below?.line ?? 0) - (here?.line ?? 0)).toBe(1);
  });

  test("comes with the calls that led there", () => {
    const makeOne = () => asset({ key: "made", materialize: () => 1 });
    const { source } = makeOne();
    const lines = [source, ...(source?.callers ?? [])].slice(0, 2).map((place) => place?.line ?? 0);
    expect((lines[1] ?? 0) - (lines[0] ?? 0)).toBe(1);
  });

  test("is known for resources, slots and inside of functions", () => {
    const makeAll = () => [resource({ key: "r", create: () => 1 }), resource.required<number>()("slot")];
    for (const { source } of makeAll()) expect(source?.file).toMatch(/source-location\.test\.ts$/u);
  });
});

describe("parseFrames", () => {
  test.each([
    ["    at file:///home/ana/my%20app/src/a.ts:12:3", "/home/ana/my app/src/a.ts:12"],
    ["    at Object.<anonymous> (/home/ana/a.ts:12:3)", "/home/ana/a.ts:12"],
    ["    at async Promise.all (file:///home/a.ts:1:30)", "/home/a.ts:1"],
    ["    at async file:///home/a.ts:2:30", "/home/a.ts:2"],
    [String.raw`    at make (C:\app\a.ts:7:1)`, String.raw`C:\app\a.ts:7`],
    ["    at file:///C:/app/a.ts:7:1", "C:/app/a.ts:7"],
    ["    at node:internal/modules/run_main:1:1\n    at /a.ts:4:5", "/a.ts:4"],
    ["    at file:///odd%name/a.ts:4:5", "/odd%name/a.ts:4"],
  ])("reads %s", (frame, place) => {
    expect(parseFrames(`Error\n${frame}`).map(formatSourceLocation)).toEqual([place]);
  });

  test("knows when there is none", () => {
    expect(parseFrames("Error: x\n    at <anonymous>")).toEqual([]);
  });
});

test("relativeToProject", () => {
  const at = (file: string) => relativeToProject({ file, line: 3 }, "/home/ana/app")?.file;
  expect(at("/home/ana/app/src/a.ts")).toBe("src/a.ts");
  expect(at("/home/ana/app-two/a.ts")).toBe("/home/ana/app-two/a.ts");
  expect(relativeToProject({ file: String.raw`C:\app\src\a.ts`, line: 1 }, "C:\\app\\")).toEqual({
    file: "src/a.ts",
    line: 1,
  });
});
