import { Command } from "commander";
import { readFileSync } from "node:fs";
import type { ExitCode } from "./exit-codes.ts";
import { interruption } from "./interruption.ts";
import { addAssets, addChecks, addPartitions } from "./program/asset-commands.ts";
import { addAutomation, addNotifications, addTickers } from "./program/automation-commands.ts";
import type { AddCommand, Run } from "./program/command-types.ts";
import { addCare, addDev, addPools } from "./program/deployment-commands.ts";
import { addLaunches, addManual, addPreview } from "./program/launch-commands.ts";
import { addRuns } from "./program/run-commands.ts";

const EXIT_CODES = `
Exit codes:
  0    done
  1    it was done and did not succeed: a run failed, definitions have problems
  2    called wrongly: an unknown option, asset, partition or run
  3    something is not there: the database, the project, a port, room on the disk
  4    a defect of Heddle
  129, 130, 143  stopped by a hang-up, by Ctrl-C, by SIGTERM

HEDDLE_PORT sets the catalog's port, DATABASE_URL the PostgreSQL server that is used instead of an embedded one.`;

/** The commands. What a command needs is imported when it runs, so that `--help` is quick. */
export function createProgram(finish: (code: ExitCode) => void): Command {
  const program = new Command("heddle")
    .description("Asset-centric data orchestration for TypeScript teams.")
    .version(readVersion(), "-V, --version")
    .exitOverride()
    // Errors are printed by the caller, in the form that all errors have.
    .configureOutput({ outputError: () => undefined })
    .configureHelp({ sortSubcommands: false })
    .showSuggestionAfterError()
    .addHelpText("after", EXIT_CODES);
  const run: Run =
    (action) =>
    async (...args) => {
      interruption.listen();
      finish(await action(...args));
    };
  const command: AddCommand = (usage, description, parent = program) =>
    parent
      .command(usage)
      .description(description)
      .option("-p, --project <directory>", "the project's directory", ".")
      .option("--json", "print JSON instead of text, one document a line")
      .option("--verbose", "show the stacks of errors and what the processes log (also HEDDLE_DEBUG=1)");
  addDev(command, run);
  addLaunches(command, run);
  addRuns(program, command, run);
  addAssets(program, command, run);
  addPreview(command, run);
  addManual(command, run);
  addPartitions(program, command, run);
  addTickers(program, command, run);
  addAutomation(program, command, run);
  addChecks(program, command, run);
  addPools(program, command, run);
  addNotifications(program, command, run);
  addCare(command, run);
  return program;
}

function readVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string };
  return manifest.version;
}
