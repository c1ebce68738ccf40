import { transformSync } from "esbuild";
import { expect, test } from "vitest";
import { findDeclarationEnd } from "./declaration-end.ts";
import { findSource, linesOf, readInlineMap } from "./source-map.ts";

const SOURCE = `import { asset } from "@heddle/core";

type Shape = { readonly a: number };

// Told nowhere.
export const first = asset({
  key: "first",
  materialize: (): Shape => ({ a: 1 }),
});
export const second = asset({ key: "second" });
`;

function bundle(sourcesContent: boolean): string {
  return transformSync(SOURCE, { loader: "ts", sourcemap: "inline", sourcefile: "../../src/a.ts", sourcesContent })
    .code;
}

test("a file is found by its name in the project, and its text is read", () => {
  const map = readInlineMap(bundle(true));
  if (map === null) throw new Error("no map was read");
  expect(findSource(map, "src/a.ts")).toBe(0);
  expect(findSource(map, "src/b.ts")).toBe(-1);
  expect(map.sourcesContent?.[0]).toBe(SOURCE);
});

test("without the text, the lines of the bundle are told that come from a line of the file", () => {
  const code = bundle(false);
  const map = readInlineMap(code);
  if (map === null) throw new Error("no map was read");
  const mapped = linesOf(map, 0);
  const declaring = mapped.find(({ original }) => original === 5)?.generated ?? -1;
  expect(code.split("\n")[declaring]).toBe("export const first = asset({");
  expect(mapped.map(({ original }) => original)).toEqual(
    mapped.map(({ original }) => original).toSorted((a, b) => a - b),
  );
});

test("what holds no map, or a broken one, has none", () => {
  expect(readInlineMap("export {}")).toBeNull();
  expect(readInlineMap("//# sourceMappingURL=data:application/json;base64,####")).toBeNull();
});

test("a declaration ends where its brackets are closed, whatever strings and comments hold", () => {
  const end = (text: string, start = 0): number => findDeclarationEnd(text.split("\n"), start);
  expect(end(SOURCE, 5)).toBe(8);
  expect(end(SOURCE, 9)).toBe(9);
  expect(end("asset({\n  a: ')',\n  // }\n  b: `)\n)`,\n  /* ) */\n})\nmore()")).toBe(6);
  expect(end("asset({\n  never closed")).toBe(0);
});
