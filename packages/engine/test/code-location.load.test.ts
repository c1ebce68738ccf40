import { isHeddleError } from "@heddle/core";
import { generateProject } from "@heddle/test-support";
import { describe, expect, it } from "vitest";
import { createBundler, loadDefinitions } from "../src/code-location/index.ts";
import { findProject } from "../src/index.ts";

const VALID = `
import { asset, definitions } from "@heddle/core";
const hello = asset({ key: "hello", materialize: () => "world" });
export default definitions({ assets: [hello] });
`;

async function load(files: Record<string, string>, timeoutMs = 20_000) {
  using generated = generateProject({ name: "load-test", within: import.meta.dirname, files });
  const project = findProject(generated.directory);
  const bundler = await createBundler(project);
  try {
    return await loadDefinitions(project, await bundler.build(), { timeoutMs });
  } finally {
    await bundler.dispose();
  }
}

/** Loads what must not load, and gives the error. */
async function fail(definitions: string, timeoutMs?: number) {
  const error: unknown = await load({ "src/definitions.ts": definitions }, timeoutMs).then(
    () => new Error("it loaded"),
    (thrown: unknown) => thrown,
  );
  if (!isHeddleError(error)) throw error;
  return error;
}

describe("loading a project", () => {
  it("gives a snapshot with the place of each declaration in the source", async () => {
    const snapshot = await load({ "src/definitions.ts": VALID });
    expect(snapshot.assets).toHaveLength(1);
    expect(snapshot.assets[0]).toMatchObject({
      key: "hello",
      kind: "asset",
      source: { file: "src/definitions.ts", line: 3 },
    });
  });

  it("keeps import.meta of the source files true inside the bundle", async () => {
    const snapshot = await load({
      "src/definitions.ts": `
        import { asset, definitions } from "@heddle/core";
        import { place } from "./deep/place.ts";
        export default definitions({ assets: [asset({ key: "here", description: place, materialize() {} })] });`,
      "src/deep/place.ts": `
        import { basename } from "node:path";
        export const place = [new URL("./data.csv", import.meta.url).pathname.split("/").slice(-2).join("/"), basename(import.meta.filename), basename(import.meta.dirname)].join(" ");`,
    });
    expect(snapshot.assets[0]?.description).toBe("deep/data.csv place.ts deep");
  });

  it("names file and line of a syntax error", async () => {
    const error = await fail("export default definitions({\n  assets: [,,\n");
    expect(error.code).toBe("CODE_LOCATION_BUILD_FAILED");
    expect(error.message).toContain("src/definitions.ts:3");
  });

  it("names the import that leads nowhere", async () => {
    const error = await fail(`import { x } from "./missing.ts"; export default x;`);
    expect(error.code).toBe("CODE_LOCATION_BUILD_FAILED");
    expect(error.message).toContain("./missing.ts");
  });

  it("names file and line of what a module throws, in terms of the source", async () => {
    const error = await fail(`${VALID}\nthrow new Error("no such luck");`);
    expect(error.code).toBe("CODE_LOCATION_LOAD_FAILED");
    expect(error.message).toMatch(/src\/definitions\.ts:6 threw while loading: no such luck/);
  });

  it("says what to do when what a module throws does", async () => {
    const error = await fail(`
      import { HeddleError } from "@heddle/core";
      throw new HeddleError("CONFIG_INVALID", "there is no bucket", { hint: "Give the name of a bucket." });
      ${VALID}`);
    expect(error.code).toBe("CODE_LOCATION_LOAD_FAILED");
    expect(error.hint).toBe("Give the name of a bucket. Heddle keeps the last good version until then.");
  });

  it("ends a module that never finishes loading, and shows what it printed", async () => {
    const error = await fail(
      `console.log("waiting for godot"); await new Promise(() => setInterval(() => {}, 1000));${VALID}`,
      5_000,
    );
    expect(error.code).toBe("CODE_LOCATION_LOAD_TIMEOUT");
    expect(error.message).toContain("waiting for godot");
  });

  it("ends a module that loops for ever", async () => {
    const error = await fail(`${VALID}\nfor (;;) {}`, 1_500);
    expect(error.code).toBe("CODE_LOCATION_LOAD_TIMEOUT");
  });

  it("says that a module called process.exit", async () => {
    const error = await fail(`process.exit(0);${VALID}`);
    expect(error.code).toBe("CODE_LOCATION_LOAD_FAILED");
    expect(error.message).toContain("exit code 0");
  });

  it("says that there are no definitions", async () => {
    expect((await fail("export const nothing = 1;")).code).toBe("CODE_LOCATION_NO_DEFINITIONS");
    expect((await fail("export default { assets: [] };")).code).toBe("CODE_LOCATION_NO_DEFINITIONS");
  });

  it("reports all problems at once, each with its file and line", async () => {
    const error = await fail(`
      import { asset, definitions, dailyPartitions } from "@heddle/core";
      const one = asset({ key: "twice", materialize() {} });
      const two = asset({ key: "twice", materialize() {} });
      const bad = asset({ key: "../up", materialize() {} });
      const ends = asset({ key: "ends", partitions: dailyPartitions({ start: "2024-02-01", end: "2024-01-01" }), materialize() {} });
      const zone = asset({ key: "zone", partitions: dailyPartitions({ start: "2024-02-01", timeZone: "Mars/Olympus" }), materialize() {} });
      export default definitions({ assets: [one, two, bad, ends, zone, 42 as never] });`);
    expect(error.code).toBe("DEFINITIONS_INVALID");
    for (const line of [4, 5, 6, 7]) expect(error.message).toContain(`src/definitions.ts:${line}`);
    for (const word of ["twice", "../up", "ends", "Mars/Olympus"]) expect(error.message).toContain(word);
  });

  it("says that a directory is no project", async () => {
    using generated = generateProject({ name: "empty", within: import.meta.dirname, files: { "readme.md": "" } });
    expect(() => findProject(generated.directory)).toThrow(/no module with definitions/);
    expect(() => findProject(`${generated.directory}/nowhere`)).toThrow(/no directory/);
  });
});
