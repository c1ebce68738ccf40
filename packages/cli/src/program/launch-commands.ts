import type { Command } from "commander";
import type { AddCommand, Run } from "./command-types.ts";

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

export function addLaunches(command: AddCommand, run: Run): void {
  addPlanOptions(command("plan <selection>", "show exactly what a launch would do, and its hash")).action(
    run(async (selection: string, options) => (await import("../commands/plan.ts")).plan(selection, options)),
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
        (await import("../commands/launch.ts")).launch(name, selection, options),
      ),
    );
  }
}

export function addManual(command: AddCommand, run: Run): void {
  command("observe <selection>", "look at external assets now, and wait until it is done")
    .option(
      "--partitions <text>",
      'which: "2026-01-01..2026-02-01", "last 7", "a,b", "all"; without: the newest window',
    )
    .option("--force", "record also what is unchanged")
    .option("--detach", "launch and do not wait")
    .action(
      run(async (selection: string, options) => (await import("../commands/observe.ts")).observe(selection, options)),
    );
  command("report <key>", "record that partitions of an asset were made elsewhere")
    .option("--partitions <text>", 'which: "2026-01-01..2026-02-01", "last 7", "a,b", "all"', "all")
    .option("--data-version <text>", "tells whether the data came out different")
    .option("--metadata <json>", "metadata by name, or @file")
    .option("--note <text>", "for those who wonder later")
    .action(run(async (key: string, options) => (await import("../commands/manual.ts")).report(key, options)));
  command("wipe <key>", "make partitions of an asset missing; their history stays")
    .option("--partitions <text>", 'which: "2026-01-01..2026-02-01", "last 7", "a,b", "all"')
    .option("--confirm <key>", "the asset's key once more")
    .option("--reason <text>", "why, for those who wonder")
    .action(run(async (key: string, options) => (await import("../commands/manual.ts")).wipe(key, options)));
}

export function addPreview(command: AddCommand, run: Run): void {
  command("preview <key> [partition]", "the first rows of what a partition has stored")
    .option("--rows <number>", "how many", "20")
    .option("--run <run>", "what this run has made (default: what is in use)")
    .action(
      run(async (key: string, partition: string | undefined, options) =>
        (await import("../commands/preview.ts")).previewPartition(key, partition, options),
      ),
    );
}
