import { describe, expect, test } from "vitest";
import { heddle } from "./support/heddle.ts";
import { createProject } from "./support/project.ts";

const IMPORTS = `import { asset, dailyPartitions, definitions, staticPartitions } from "@heddle/core";\n`;

/** Runs `heddle check` on a project with these definitions. */
async function check(source: string, args: readonly string[] = []) {
  using project = createProject("checked", source);
  const { code, stdout, stderr } = await heddle(["check", ...args], { cwd: project.directory });
  return { code, stdout, stderr: stderr.replaceAll(project.directory, "<project>") };
}

test("good definitions are counted, and nothing is started", async () => {
  const source = `${IMPORTS}export default definitions({ assets: [asset({ key: "a", materialize: () => 1 })] });`;
  const text = await check(source);
  expect(text).toMatchObject({ code: 0, stderr: "" });
  expect(text.stdout).toMatch(/^✓ checked: 1 asset and 0 checks in 1 file, loaded in [\d.]+ m?s\n$/);
  const json = await check(source, ["--json"]);
  expect(JSON.parse(json.stdout)).toEqual({
    ok: true,
    project: "checked",
    assets: 1,
    checks: 0,
    codeVersion: expect.stringMatching(/^[0-9a-f]{64}$/),
    tookMs: expect.any(Number),
  });
});

describe("definitions with problems end with 1", () => {
  test("a cycle is told as its path", async () => {
    expect(
      await check(`${IMPORTS}
const a = asset({ key: "a", materialize: () => 1 });
const b = asset({ key: "b", deps: { a, c: asset({ key: "c", materialize: () => 1 }) }, materialize: () => 1 });
const c = asset({ key: "c", deps: { b }, materialize: () => 1 });
export default definitions({ assets: [a, b, c] });`),
    ).toMatchInlineSnapshot(`
      {
        "code": 1,
        "stderr": "error DEFINITIONS_INVALID: the definitions of checked have 2 problems:
        asset "b" (src/definitions.ts:4) depends on asset "c" (src/definitions.ts:4), and the definitions hold another one with that key (src/definitions.ts:5)
            Declare each asset once, and import it where it is needed.
        assets depend on each other in a circle: b → c → b; asset "b" (src/definitions.ts:4), asset "c" (src/definitions.ts:5)
            Remove one of these dependencies.
        hint: Nothing was changed; the last good version stays in force until all of them are corrected.
      ",
        "stdout": "",
      }
    `);
  });

  test("modules that import each other's assets", async () => {
    using project = createProject(
      "circle",
      'import { definitions } from "@heddle/core";\nimport { a } from "./a.ts";\nimport { b } from "./b.ts";\n' +
        "export default definitions({ assets: [a, b] });",
    );
    const assetOf = (own: string, other: string) =>
      `${IMPORTS}import { ${other} } from "./${other}.ts";\n` +
      `export const ${own} = asset({ key: "${own}", deps: { ${other} }, materialize: () => 1 });`;
    project.write({ "src/a.ts": assetOf("a", "b"), "src/b.ts": assetOf("b", "a") });
    expect(await heddle(["check"], { cwd: project.directory })).toMatchInlineSnapshot(`
      {
        "code": 1,
        "stderr": "error DEFINITIONS_INVALID: the definitions of circle have a problem:
        asset "b" (src/b.ts:3) has a dependency "a" that is undefined and no asset
            Look for a misspelled import, or for two modules that import each other.
        hint: Nothing was changed; the last good version stays in force until all of them are corrected.
      ",
        "stdout": "",
      }
    `);
  });

  test("all problems are told at once, each with its line", async () => {
    expect(
      await check(`${IMPORTS}
const make = (key: string, more: object = {}): any => asset({ key, materialize: () => 1, ...more } as never);
const one = make("twice");
const two = make("twice");
const stranger = make("stranger", { deps: { text: "not an asset" } });
const dots = make("a/../b");
const nul = make("a\\0b");
const long = make("x".repeat(300));
const composed = make("caf\\u00e9");
const decomposed = make("cafe\\u0301");
export default definitions({ assets: [one, two, stranger, dots, nul, long, composed, decomposed] });`),
    ).toMatchInlineSnapshot(`
      {
        "code": 1,
        "stderr": "error DEFINITIONS_INVALID: the definitions of checked have 7 problems:
        asset "a/../b" (src/definitions.ts:3) has a key that cannot be used: ".." is not a segment, as it has a meaning of its own in paths
            Write segments joined by "/", such as "weather/raw".
        asset "a\\u0000b" (src/definitions.ts:3) has a key that cannot be used: it holds a control character or a mark that changes the direction of text (U+0000)
            Write segments joined by "/", such as "weather/raw".
        asset "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…" (src/definitions.ts:3) has a key that cannot be used: it has 300 bytes, and 255 are the most
            Write segments joined by "/", such as "weather/raw".
        asset "café" (src/definitions.ts:3) has a key that cannot be used: it is not in Unicode normal form C (write "café")
            Write segments joined by "/", such as "weather/raw".
        two assets have the key "twice": src/definitions.ts:3 and src/definitions.ts:3
            Give one of them another key, or remove the one that is no longer meant.
        asset "café" (src/definitions.ts:3) and asset "café" (src/definitions.ts:3) differ only in letter case or Unicode form
            Rename one of them, so that they stay apart in every store and on every file system.
        asset "stranger" (src/definitions.ts:3) has a dependency "text" that is a string and no asset
            Give the asset itself and not its key.
        hint: Nothing was changed; the last good version stays in force until all of them are corrected.
      ",
        "stdout": "",
      }
    `);
  });

  test("an end before the start, and an unknown time zone", async () => {
    expect(
      await check(`${IMPORTS}
const days = dailyPartitions({ start: "2026-02-01", end: "2026-01-01", timeZone: "UTC" });
export default definitions({ assets: [asset({ key: "a", partitions: days, materialize: () => 1 })] });`),
    ).toMatchInlineSnapshot(`
      {
        "code": 1,
        "stderr": "error DEFINITIONS_INVALID: the definitions of checked have a problem:
        asset "a" (src/definitions.ts:4): the end 2026-01-01 is not after the start 2026-02-01
            Exchange them, or leave the end out for an open end.
        hint: Nothing was changed; the last good version stays in force until all of them are corrected.
      ",
        "stdout": "",
      }
    `);
    expect(
      await check(`${IMPORTS}
const days = dailyPartitions({ start: "2026-01-01", timeZone: "Europe/Atlantis" });
export default definitions({ assets: [asset({ key: "a", partitions: days, materialize: () => 1 })] });`),
    ).toMatchInlineSnapshot(`
      {
        "code": 1,
        "stderr": "error DEFINITIONS_INVALID: the definitions of checked have a problem:
        asset "a" (src/definitions.ts:4): there is no time zone "Europe/Atlantis"
            Use a name of the IANA database; the nearest are Europe/Athens, Europe/Paris, Europe/Vilnius.
        hint: Nothing was changed; the last good version stays in force until all of them are corrected.
      ",
        "stdout": "",
      }
    `);
  });

  test("a module without definitions", async () => {
    expect(await check(`export const nothing = 1;`)).toMatchInlineSnapshot(`
      {
        "code": 1,
        "stderr": "error CODE_LOCATION_NO_DEFINITIONS: the module has no definitions as its default export
        hint: End it with \`export default definitions({ assets: [ … ] })\`.
      ",
        "stdout": "",
      }
    `);
  });
});

describe("modules that do not load end with 1", () => {
  test("a syntax error", async () => {
    expect(await check(`${IMPORTS}export default definitions({ assets: [ });`)).toMatchInlineSnapshot(`
      {
        "code": 1,
        "stderr": "error CODE_LOCATION_BUILD_FAILED: the code of checked does not build:
        src/definitions.ts:2:40: Unexpected "}"
        hint: Correct the lines above; Heddle keeps the last good version until then.
      ",
        "stdout": "",
      }
    `);
  });

  test("an import that leads nowhere", async () => {
    expect(await check(`import { rows } from "./rows.ts";\nexport default rows;`)).toMatchInlineSnapshot(`
      {
        "code": 1,
        "stderr": "error CODE_LOCATION_BUILD_FAILED: the code of checked does not build:
        src/definitions.ts:1:22: Could not resolve "./rows.ts"
        hint: Correct the lines above; Heddle keeps the last good version until then.
      ",
        "stdout": "",
      }
    `);
  });

  test("a module that throws is told with the line of its source", async () => {
    expect(await check(`${IMPORTS}\n\nthrow new Error("no configuration");`)).toMatchInlineSnapshot(`
      {
        "code": 1,
        "stderr": "error CODE_LOCATION_LOAD_FAILED: src/definitions.ts:4 threw while loading: no configuration
        hint: Correct the module; Heddle keeps the last good version until then.
      ",
        "stdout": "",
      }
    `);
  });

  test("a module that ends its process", async () => {
    expect(await check(`console.log("so long");\nprocess.exit(7);\nexport {};`)).toMatchInlineSnapshot(`
      {
        "code": 1,
        "stderr": "error CODE_LOCATION_LOAD_FAILED: checked ended its process while loading (exit code 7); it printed:
      so long
        hint: A module that is loaded for its definitions must not call process.exit or run out of memory.
      ",
        "stdout": "",
      }
    `);
  });

  test.for([
    ["waits for ever", "setInterval(() => {}, 1_000);\nawait new Promise(() => {});\nexport {};"],
    ["never gives the event loop back", "for (;;) {}\nexport {};"],
  ] as const)("a module that %s", async ([, source]) => {
    expect(await check(source, ["--timeout", "2"])).toEqual({
      code: 1,
      stdout: "",
      stderr:
        "error CODE_LOCATION_LOAD_TIMEOUT: checked did not finish loading within 2 s\n" +
        "  hint: Modules should only declare: move work, connections and endless loops into asset functions or resources.\n",
    });
  });
});

test("--json tells every problem with its place", async () => {
  const { code, stderr } = await check(
    `${IMPORTS}
const make = () => asset({ key: "twice", materialize: () => 1 });
export default definitions({ assets: [make(), make()] });`,
    ["--json"],
  );
  expect(code).toBe(1);
  const { error } = JSON.parse(stderr);
  expect(error).toMatchObject({
    code: "DEFINITIONS_INVALID",
    details: { problems: [{ code: "ASSET_DUPLICATE", asset: "twice", file: "src/definitions.ts", line: 3 }] },
  });
});
