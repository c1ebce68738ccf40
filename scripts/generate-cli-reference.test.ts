import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createProgram } from "../packages/cli/src/program.ts";
import { CLI_PAGE, renderCliReference } from "./generate-cli-reference.ts";

const page = renderCliReference(createProgram(() => undefined));

test("docs/cli.md is up to date (run `node scripts/generate-cli-reference.ts`)", () => {
  expect(readFileSync(CLI_PAGE, "utf8")).toBe(page);
});

test("the page has every command, and every option at least once", () => {
  const program = createProgram(() => undefined);
  for (const command of program.commands) {
    expect(page).toContain(`\n## heddle ${command.name()}\n`);
    for (const member of command.commands) expect(page).toContain(`| \`heddle ${command.name()} ${member.name()}`);
    for (const { flags } of [command, ...command.commands].flatMap(({ options }) => options)) {
      expect(page).toContain(`\`${flags.replaceAll("|", String.raw`\|`)}\``);
    }
  }
  expect(page).toContain("| 0 | done |");
});
