import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { createProgram } from "../packages/cli/src/program.ts";

type Command = ReturnType<typeof createProgram>;

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PAGES = [
  "README.md",
  "CONTRIBUTING.md",
  "docs/*.md",
  "docs/decisions/*.md",
  "{packages,apps}/*/README.md",
  "assets-example/README.md",
].flatMap((pattern) => globSync(pattern, { cwd: ROOT }));

const read = (page: string): string => readFileSync(join(ROOT, page), "utf8");

/** A page without its code. */
const prose = (page: string): string => read(page).replaceAll(/^ *```.*?^ *```/gmsu, "");

/** Where links may lead within a page: its headings, as GitHub names them, and places that are named by hand. */
function anchorsOf(page: string): ReadonlySet<string> {
  const headings = [...prose(page).matchAll(/^#+ (.+)$/gmu)].map(([, text = ""]) =>
    text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, "")
      .replaceAll(" ", "-"),
  );
  const ids = [...read(page).matchAll(/<a id="([^"]+)"/gu)].map(([, id = ""]) => id);
  return new Set([...headings, ...ids]);
}

test.each(PAGES)("links of %s lead somewhere", (page) => {
  const links = [...prose(page).matchAll(/\]\(([^)\s]+)\)|(?:src|srcset)="([^"]+)"/gu)].map(
    ([, link, image]) => link ?? image ?? "",
  );
  const broken = links
    .filter((link) => !/^https?:/u.test(link))
    .filter((link) => {
      const [path = "", anchor] = link.split("#");
      const target = path === "" ? page : join(dirname(page), path);
      if (!existsSync(join(ROOT, target))) return true;
      return anchor !== undefined && !anchorsOf(target).has(anchor);
    });
  expect(broken).toEqual([]);
});

test("every page of the documents is in their index", () => {
  const index = read("docs/README.md");
  const pages = globSync("*.md", { cwd: join(ROOT, "docs") }).filter((page) => page !== "README.md");
  expect(pages.filter((page) => !index.includes(`](${page})`))).toEqual([]);
});

/** The command lines of a page: in blocks that are typed, and in text. */
function commandLines(page: string): readonly string[] {
  const typed = [...read(page).matchAll(/^ *```(\w*)[^\n]*\n(.*?)^ *```/gmsu)].filter(([, language = ""]) =>
    ["", "sh", "console", "text"].includes(language),
  );
  const blocks = typed.flatMap(([, , body = ""]) =>
    [...body.matchAll(/^(?:\$ )?(?:npx )?(heddle .+)$/gmu)].map(([, line = ""]) => line.replace(/ +#.*$/u, "")),
  );
  const spans = [...prose(page).matchAll(/`(?:npx )?(heddle [^`]+)`/gu)].map(([, line = ""]) => line);
  return [...blocks, ...spans].map((line) => line.replaceAll(/\s+/gu, " "));
}

/** What is wrong with a command line; nothing if the command and its options are known. */
function mistakeOf(line: string): string | undefined {
  const [, ...words] = line.replaceAll(/'[^']*'|"[^"]*"/gu, "text").split(" ");
  let command: Command = createProgram(() => undefined);
  for (const word of words) {
    if (command.commands.length === 0) break;
    const next = command.commands.find((one) => one.name() === word || one.aliases().includes(word));
    if (next === undefined) {
      if (/^[a-z]+$/u.test(word)) return `${line}: no command ${word}`;
      break;
    }
    command = next;
  }
  const known = command.options.flatMap(({ short, long }) => [short, long]);
  const unknown = words
    .map((word) => /^\[?(--?[a-z][a-z-]*)/u.exec(word)?.[1])
    .find((flag) => flag !== undefined && !["--help", "--version", ...known].includes(flag));
  return unknown === undefined ? undefined : `${line}: no option ${unknown}`;
}

test.each(PAGES)("commands in %s exist, with their options", (page) => {
  expect(commandLines(page).flatMap((line) => mistakeOf(line) ?? [])).toEqual([]);
});

test("a mistake in a command line is seen", () => {
  expect(mistakeOf("heddle materialise x")).toBe("heddle materialise x: no command materialise");
  expect(mistakeOf("heddle runs retry 7 --onyl all")).toBe("heddle runs retry 7 --onyl all: no option --onyl");
  expect(mistakeOf("heddle backfill 'a or b' --only missing,failed")).toBeUndefined();
});

/** Variables of the environment that the sources read or set. */
function variablesOf(files: readonly string[]): ReadonlySet<string> {
  return new Set(files.flatMap((file) => read(file).match(/\bHEDDLE_[A-Z_]*[A-Z]\b/gu) ?? []));
}

test("environment variables are documented, and those that are documented exist", () => {
  const sources = globSync("{packages,apps}/*/src/**/*.ts", { cwd: ROOT }).filter((file) => !file.endsWith(".test.ts"));
  const inCode = variablesOf(sources);
  const known = new Set([...inCode, ...variablesOf(globSync("bench/src/**/*.ts", { cwd: ROOT }))]);
  const documented = variablesOf(PAGES);
  expect([...documented].filter((name) => !known.has(name))).toEqual([]);
  const reference = variablesOf(["docs/deploying.md", "docs/guarantees.md"]);
  expect([...inCode].filter((name) => !reference.has(name))).toEqual([]);
});

test("docs/architecture.md says of every table who writes it", () => {
  const sources = globSync("packages/storage/src/schema/*.ts", { cwd: ROOT });
  const tables = sources.flatMap((file) =>
    [...read(file).matchAll(/pgTable\(\s*"([a-z_]+)"/gu)].map(([, name]) => name),
  );
  const [, section = ""] = read("docs/architecture.md").split("## Who writes which table");
  const told = [...section.matchAll(/^\|(.+?)\|/gmu)].flatMap(([, cell = ""]) =>
    [...cell.matchAll(/`([a-z_]+)`/gu)].map(([, name]) => name),
  );
  expect(tables.length).toBeGreaterThan(30);
  expect(told.toSorted()).toEqual(tables.toSorted());
});

test("the tests that docs/guarantees.md names exist", () => {
  const named = [...read("docs/guarantees.md").matchAll(/`((?:storage|engine|io|core)\/[^`]+)`/gu)].map(
    ([, name = ""]) => name,
  );
  const missing = named.filter((name) => {
    const [folder = "", ...rest] = name.split("/");
    const path = rest.join("/");
    return ![`test/${path}.test.ts`, path].some((one) => existsSync(join(ROOT, "packages", folder, one)));
  });
  expect(named.length).toBeGreaterThan(30);
  expect(missing).toEqual([]);
});
