import { Command, CommanderError } from "commander";
import { readFileSync } from "node:fs";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { printError } from "./print-error.ts";

/** What every command's action gives back. */
type Outcome = Promise<ExitCode>;

interface CommonOptions {
  readonly project: string;
  readonly json?: boolean;
}

/** Runs the command line. Sets the exit code; never throws. */
export async function main(args: readonly string[]): Promise<void> {
  let exitCode: ExitCode = EXIT.ok;
  const program = createProgram((code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...args], { from: "user" });
  } catch (error) {
    exitCode =
      error instanceof CommanderError ? usageCode(error) : printError(error, { json: args.includes("--json") });
  }
  process.exitCode = exitCode;
}

function usageCode(error: CommanderError): ExitCode {
  return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
}

/** The commands. What a command needs is imported when it runs, so that `--help` is quick. */
function createProgram(finish: (code: ExitCode) => void): Command {
  const program = new Command("heddle")
    .description("Asset-centric data orchestration for TypeScript teams.")
    .version(readVersion(), "-V, --version")
    .exitOverride()
    .configureHelp({ sortSubcommands: false })
    .showSuggestionAfterError();
  const run =
    <TArgs extends unknown[]>(action: (...args: TArgs) => Outcome) =>
    async (...args: TArgs): Promise<void> =>
      finish(await action(...args));
  /** Adds a command with the options that all of them have. */
  const command = (usage: string, description: string, parent = program): Command =>
    parent
      .command(usage)
      .description(description)
      .exitOverride()
      .option("-p, --project <directory>", "the project's directory", ".")
      .option("--json", "print JSON lines instead of text");

  command("dev", "start everything on this machine: database, daemon, worker, server, catalog")
    .option("--port <number>", "port of the catalog (default: HEDDLE_PORT, else 4321 or the next free one)")
    .option("--first-run", "materialize everything when nothing ever was")
    .action(
      run(async (options: CommonOptions & { port?: string; firstRun?: boolean }) =>
        (await import("./commands/dev.ts")).dev(options),
      ),
    );

  for (const [name, description] of [
    ["materialize", "materialize assets, and wait until it is done"],
    ["backfill", "materialize many partitions of assets as one run"],
  ] as const) {
    const launch = command(`${name} <selection>`, description)
      .option("--partitions <text>", 'which partitions: "2026-01-01..2026-02-01", "last 7", "a,b", "all"')
      .option("--only <predicate>", "of those, only: missing, failed, missing-or-failed", "all")
      .option("--upstream", "make upstream partitions that are missing, too")
      .option("--downstream", "make everything downstream, too")
      .option("--concurrency <number>", "most steps at once")
      .option("--priority <number>", "runs of higher priority go first")
      .option("--dry-run", "show the plan and stop")
      .option("--detach", "launch and do not wait");
    if (name === "materialize") launch.alias("mat");
    launch.action(
      run(async (selection: string, options) =>
        (await import("./commands/launch.ts")).launch(name, selection, options),
      ),
    );
  }

  const runs = program.command("runs").description("look at runs and control them").exitOverride();
  command("list", "the newest runs", runs)
    .option("--status <status>", "only runs of this status")
    .option("--asset <key>", "only runs of this asset")
    .option("--limit <number>", "how many", "20")
    .action(run(async (options) => (await import("./commands/runs.ts")).listRuns(options)));
  command("show <run>", "one run: progress by asset, failures", runs).action(
    run(async (id: string, options) => (await import("./commands/runs.ts")).showRun(id, options)),
  );
  command("logs <run>", "the log of a run", runs)
    .option("--asset <key>", "only this asset")
    .option("--level <level>", "this level and above: debug, info, warn, error")
    .option("--text <text>", "only lines with this text")
    .action(run(async (id: string, options) => (await import("./commands/runs.ts")).showLogs(id, options)));
  command("cancel <run>", "cancel a run", runs).action(
    run(async (id: string, options) => (await import("./commands/runs.ts")).cancelRun(id, options)),
  );
  command("retry <run>", "run again what failed, and what was skipped because of it", runs)
    .option("--detach", "launch and do not wait")
    .action(run(async (id: string, options) => (await import("./commands/runs.ts")).retryRun(id, options)));

  const assets = program.command("assets").description("look at assets").exitOverride();
  command("list [selection]", "assets and their status", assets).action(
    run(async (selection: string | undefined, options) =>
      (await import("./commands/assets.ts")).listAssets(selection, options),
    ),
  );
  command("show <key>", "one asset: why it has its status, dependencies, checks", assets).action(
    run(async (key: string, options) => (await import("./commands/assets.ts")).showAsset(key, options)),
  );

  command("check", "validate the project's definitions without starting anything").action(
    run(async (options: CommonOptions) => (await import("./commands/check.ts")).check(options)),
  );
  command("doctor", "look for what would keep Heddle from working here").action(
    run(async (options: CommonOptions) => (await import("./commands/doctor.ts")).doctor(options)),
  );
  command("migrate", "bring the database's schema up to this version").action(
    run(async (options: CommonOptions) => (await import("./commands/migrate.ts")).migrateDatabase(options)),
  );
  return program;
}

function readVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string };
  return manifest.version;
}
