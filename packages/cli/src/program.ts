import { Command } from "commander";
import { readFileSync } from "node:fs";
import type { ExitCode } from "./exit-codes.ts";
import { interruption } from "./interruption.ts";

/** Options that every command has. */
export interface CommonOptions {
  readonly project: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** Wraps a command's action so that its exit code reaches the caller. */
type Run = <TArgs extends unknown[]>(
  action: (...args: TArgs) => Promise<ExitCode>,
) => (...args: TArgs) => Promise<void>;
/** Adds a command with the options that all of them have. */
type AddCommand = (usage: string, description: string, parent?: Command) => Command;

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
  addPartitions(program, command, run);
  addTickers(program, command, run);
  addAutomation(program, command, run);
  addPools(program, command, run);
  addNotifications(program, command, run);
  addCare(command, run);
  return program;
}

function addDev(command: AddCommand, run: Run): void {
  command("dev", "start everything on this machine: database, daemon, worker, server, catalog")
    .option("--port <number>", "port of the catalog (default: HEDDLE_PORT, else 4321 or the next free one)")
    .option("--first-run", "materialize everything when nothing ever was")
    .action(
      run(async (options: CommonOptions & { port?: string; firstRun?: boolean }) =>
        (await import("./commands/dev.ts")).dev(options),
      ),
    );
}

const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

/** Adds the options that say what is planned. */
function addPlanOptions(command: Command): Command {
  return command
    .option(
      "--partitions <text>",
      'which partitions: "2026-01-01..2026-02-01", "last 7", "a,b", "all"; key=text for one asset of several (repeatable)',
      collect,
    )
    .option("--only <states>", "of those, only: missing, failed, stale (several: missing,failed)")
    .option("--cascade <what>", "what else: self, upstream-missing, downstream", "self")
    .option("--order <order>", "which partitions go first: oldest, newest", "oldest")
    .option("--chunk <size>", "partitions a step, for assets that make several: a number, or range for all")
    .option("--reuse <rule>", "skip what is up to date: declared (assets with cache), fresh (all), never", "declared")
    .option("--config <json>", "config by asset key, or @file")
    .option("--overlap <rule>", "what other runs hold: leave-out, wait, refuse", "leave-out")
    .option("--leave-out-unreadable", "leave out what reads partitions that do not exist, instead of refusing");
}

function addLaunches(command: AddCommand, run: Run): void {
  addPlanOptions(command("plan <selection>", "show exactly what a launch would do, and its hash")).action(
    run(async (selection: string, options) => (await import("./commands/plan.ts")).plan(selection, options)),
  );
  for (const [name, description] of [
    ["materialize", "materialize assets, and wait until it is done"],
    ["backfill", "materialize many partitions of assets as one run"],
  ] as const) {
    const launch = addPlanOptions(command(`${name} <selection>`, description))
      .option("--concurrency <number>", "most steps at once")
      .option("--priority <number>", "runs of higher priority go first")
      .option("--tag <name=value>", "a tag of the run (repeatable)", collect)
      .option("--start-within <duration>", "cancel it when nothing has begun by then: 90s, 10m, 2h")
      .option("--timeout <duration>", "cancel it when it runs for longer")
      .option("--deadline <instant|duration>", "when it has to be over: 2026-01-01T06:00Z, or 2h from now")
      .option("--on-deadline <action>", "what becomes of it then: alert, cancel", "alert")
      .option("--plan <hash>", "launch only if the plan is the one that was shown under this hash")
      .option("--dry-run", "show the plan and stop")
      .option("--detach", "launch and do not wait");
    if (name === "materialize") launch.alias("mat");
    launch.action(
      run(async (selection: string, options) =>
        (await import("./commands/launch.ts")).launch(name, selection, options),
      ),
    );
  }
}

function addRuns(program: Command, command: AddCommand, run: Run): void {
  const runs = program.command("runs").description("look at runs and control them; alone: the newest ones");
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
  command("cancel <run>", "cancel a run", runs)
    .option("--force", "take running steps from their workers at once, instead of letting these stop them")
    .action(run(async (id: string, options) => (await import("./commands/runs.ts")).cancelRun(id, options)));
  for (const [action, description] of [
    ["pause", "let nothing more of a run begin; what runs finishes"],
    ["resume", "let a paused run go on"],
  ] as const) {
    command(`${action} <run>`, description, runs).action(
      run(async (id: string, options) => (await import("./commands/runs.ts")).holdRun(action, id, options)),
    );
  }
  command("set <run>", "change how a run that goes on competes with others", runs)
    .option("--concurrency <number>", "most of its steps at once, or none for no limit")
    .option("--priority <number>", "runs of higher priority go first")
    .action(run(async (id: string, options) => (await import("./commands/runs.ts")).setRun(id, options)));
  command("retry <run>", "do steps of a run again, as a run of its own", runs)
    .option(
      "--only <what>",
      "failed, from-failure (and what was skipped), unfinished (and canceled), all",
      "from-failure",
    )
    .option("--config <json>", "other config by asset key, or @file")
    .option("--detach", "launch and do not wait")
    .action(run(async (id: string, options) => (await import("./commands/runs.ts")).retryRun(id, options)));
}

function addAssets(program: Command, command: AddCommand, run: Run): void {
  const assets = program.command("assets").description("look at assets; alone: all of them");
  command("list [selection]", "assets and their status", assets).action(
    run(async (selection: string | undefined, options) =>
      (await import("./commands/assets.ts")).listAssets(selection, options),
    ),
  );
  command("show <key>", "one asset: why it has its status, dependencies, checks", assets)
    .option("--deps", "only its dependencies: which partitions read which, and what is waited for")
    .action(run(async (key: string, options) => (await import("./commands/assets.ts")).showAsset(key, options)));
}

function addPreview(command: AddCommand, run: Run): void {
  command("preview <key> [partition]", "the first rows of what a partition has stored")
    .option("--rows <number>", "how many", "20")
    .option("--run <run>", "what this run has made (default: what is in use)")
    .action(
      run(async (key: string, partition: string | undefined, options) =>
        (await import("./commands/preview.ts")).previewPartition(key, partition, options),
      ),
    );
}

function addPartitions(program: Command, command: AddCommand, run: Run): void {
  const partitions = program
    .command("partitions")
    .description("look at the keys of dynamic partitions and change them");
  command("list <definition>", "the keys of a dynamic partitions definition", partitions)
    .option("--text <text>", "only keys with this text")
    .option("--removed", "removed keys as well")
    .option("--limit <number>", "how many", "100")
    .action(
      run(async (definition: string, options) =>
        (await import("./commands/partitions.ts")).listPartitions(definition, options),
      ),
    );
  for (const [action, description] of [
    ["add", "add keys; those that were removed come back"],
    ["remove", "remove keys; what was made of them stays as history"],
  ] as const) {
    command(`${action} <definition> <keys...>`, description, partitions).action(
      run(async (definition: string, keys: string[], options) =>
        (await import("./commands/partitions.ts")).changePartitions(action, definition, { keys, options }),
      ),
    );
  }
}

function addAutomation(program: Command, command: AddCommand, run: Run): void {
  command("why <key> [partition]", "why a partition was made by itself, or was not; without one: the newest")
    .option("--check <name>", "of a check of the asset")
    .option("--tree", "the whole condition, part by part")
    .action(
      run(async (key: string, partition: string | undefined, options) =>
        (await import("./commands/automation.ts")).why(key, partition, options),
      ),
    );
  const automation = program
    .command("automation")
    .description("look at automation conditions, switch them off and on; alone: all of them");
  command("list", "conditions, whether they are on, and what they last asked for", automation).action(
    run(async (options) => (await import("./commands/automation.ts")).listAutomation(options)),
  );
  command(
    "preview [selection]",
    "what an evaluation at this moment would ask for; nothing is launched",
    automation,
  ).action(
    run(async (selection: string | undefined, options) =>
      (await import("./commands/automation.ts")).previewAutomation(selection, options),
    ),
  );
  for (const [action, on, description] of [
    ["pause", false, "switch the condition of an asset off; what it misses is not made up for"],
    ["resume", true, "switch the condition of an asset on again"],
  ] as const) {
    const one = command(`${action} <key>`, description, automation).option("--check <name>", "of a check of the asset");
    if (!on) one.option("--reason <text>", "why, for those who wonder");
    one.action(
      run(async (key: string, options) => (await import("./commands/automation.ts")).setAutomation(key, on, options)),
    );
  }
}

function addPools(program: Command, command: AddCommand, run: Run): void {
  const pools = program.command("pools").description("look at the limits on steps and change them; alone: all of them");
  command("list", "limits, what they have in use, and who waits", pools).action(
    run(async (options) => (await import("./commands/pools.ts")).listPools(options)),
  );
  command("set <name> <slots>", 'set the slots of a limit; "default" for what is declared, 0 to hold it', pools).action(
    run(async (name: string, slots: string, options) =>
      (await import("./commands/pools.ts")).setPool(name, slots, options),
    ),
  );
}

function addNotifications(program: Command, command: AddCommand, run: Run): void {
  const notifications = program
    .command("notifications")
    .description("look at notifications, test them, try messages again; alone: all of them");
  command("list", "what is told, to whom, and how many messages failed", notifications).action(
    run(async (options) => (await import("./commands/notifications.ts")).listNotifications(options)),
  );
  command("messages", "messages and what became of them, the newest first", notifications)
    .option("--failed", "only those that could not be delivered")
    .option("--limit <number>", "how many", "20")
    .action(run(async (options) => (await import("./commands/notifications.ts")).listMessages(options)));
  command("test <name>", "send a message that says that it is a test", notifications).action(
    run(async (name: string, options) => (await import("./commands/notifications.ts")).testNotification(name, options)),
  );
  command("retry [message]", "try a message again; without a number all that have failed", notifications).action(
    run(async (id: string | undefined, options) =>
      (await import("./commands/notifications.ts")).retryMessages(id, options),
    ),
  );
}

const TICKERS = [
  ["schedule", "schedules", "look at schedules, pause them, let them tick; alone: all of them"],
  ["sensor", "sensors", "look at sensors, pause them, evaluate them; alone: all of them"],
] as const;

function addTickers(program: Command, command: AddCommand, run: Run): void {
  for (const [kind, plural, description] of TICKERS) {
    const group = program.command(plural).description(description);
    command("list", `${plural}, when each is next, and what came of its last tick`, group).action(
      run(async (options) => (await import("./commands/ticks.ts")).listTickers(kind, options)),
    );
    command("show <name>", `one ${kind}: ${kind === "schedule" ? "its next ten ticks" : "its cursor"}`, group).action(
      run(async (name: string, options) => (await import("./commands/ticks.ts")).showTicker(kind, name, options)),
    );
    command("ticks <name>", "what came of its ticks, the newest first", group)
      .option("--limit <number>", "how many", "20")
      .action(
        run(async (name: string, options) => (await import("./commands/ticks.ts")).listTicks(kind, name, options)),
      );
    for (const [action, meaning] of [
      ["pause", "let it tick no more"],
      ["resume", "let it go on from now"],
    ] as const) {
      command(`${action} <name>`, meaning, group).action(
        run(async (name: string, options) =>
          (await import("./commands/ticks.ts")).holdTicker(kind, action, { name, options }),
        ),
      );
    }
    command("run <name>", "evaluate it now, beside its own ticks", group)
      .option("--dry-run", "show what it would request, without effect")
      .action(
        run(async (name: string, options) => (await import("./commands/ticks.ts")).runTicker(kind, name, options)),
      );
    if (kind === "sensor") {
      command("cursor <name> [cursor]", "show the cursor of a sensor, or set it", group)
        .option("--reset", "forget the cursor: the sensor begins anew")
        .action(
          run(async (name: string, cursor: string | undefined, options) =>
            (await import("./commands/ticks.ts")).setCursor(name, cursor, options),
          ),
        );
    }
  }
}

function addCare(command: AddCommand, run: Run): void {
  command("check", "validate the project's definitions without starting anything")
    .option("--timeout <seconds>", "how long the modules may take to load", "60")
    .action(
      run(async (options: CommonOptions & { timeout: string }) => (await import("./commands/check.ts")).check(options)),
    );
  command("collect", "remove stored values that later ones have replaced, and what was never published")
    .option("--grace <hours>", "what was replaced or left behind less than this ago stays", "24")
    .option("--dry-run", "say what would be removed, and remove nothing")
    .action(
      run(async (options: CommonOptions & { grace: string; dryRun?: boolean }) =>
        (await import("./commands/collect.ts")).collectValues(options),
      ),
    );
  command("doctor", "look for what would keep Heddle from working here").action(
    run(async (options: CommonOptions) => (await import("./commands/doctor.ts")).doctor(options)),
  );
  command("migrate", "bring the database's schema up to this version").action(
    run(async (options: CommonOptions) => (await import("./commands/migrate.ts")).migrateDatabase(options)),
  );
}

function readVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string };
  return manifest.version;
}
