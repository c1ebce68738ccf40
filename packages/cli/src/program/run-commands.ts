import type { Command } from "commander";
import type { AddCommand, Run } from "./command-types.ts";

export function addRuns(program: Command, command: AddCommand, run: Run): void {
  const runs = program.command("runs").description("look at runs and control them; alone: the newest ones");
  command("list", "the newest runs", runs)
    .option("--status <status>", "only runs of this status")
    .option("--asset <key>", "only runs of this asset")
    .option("--limit <number>", "how many", "20")
    .action(run(async (options) => (await import("../commands/runs.ts")).listRuns(options)));
  command("show <run>", "one run: progress by asset, failures", runs).action(
    run(async (id: string, options) => (await import("../commands/runs.ts")).showRun(id, options)),
  );
  command("logs <run>", "the log of a run", runs)
    .option("--asset <key>", "only this asset")
    .option("--partition <partition>", "only this partition of the asset")
    .option("--level <level>", "this level and above: debug, info, warn, error")
    .option("--text <text>", "only lines with this text")
    .action(run(async (id: string, options) => (await import("../commands/runs.ts")).showLogs(id, options)));
  command("cancel <run>", "cancel a run", runs)
    .option("--force", "take running steps from their workers at once, instead of letting these stop them")
    .option("--let-finish", "let running steps finish and be published; cancel only what has not begun")
    .action(run(async (id: string, options) => (await import("../commands/runs.ts")).cancelRun(id, options)));
  for (const [action, description] of [
    ["pause", "let nothing more of a run begin; what runs finishes"],
    ["resume", "let a paused run go on"],
  ] as const) {
    command(`${action} <run>`, description, runs).action(
      run(async (id: string, options) => (await import("../commands/runs.ts")).holdRun(action, id, options)),
    );
  }
  command("set <run>", "change how a run that goes on competes with others, and its order", runs)
    .option("--concurrency <number>", "most of its steps at once, or none for no limit")
    .option("--priority <number>", "runs of higher priority go first")
    .option("--order <which>", "which partitions go first: oldest or newest")
    .action(run(async (id: string, options) => (await import("../commands/runs.ts")).setRun(id, options)));
  command("retry <run>", "do steps of a run again, as a run of its own", runs)
    .option(
      "--only <what>",
      "failed, from-failure (and what was skipped), unfinished (and canceled), all",
      "from-failure",
    )
    .option(
      "--code <which>",
      "newest: the code in force, so that what was corrected counts; same: that of the run",
      "newest",
    )
    .option("--config <json>", "other config by asset key, or @file")
    .option("--detach", "launch and do not wait")
    .action(run(async (id: string, options) => (await import("../commands/runs.ts")).retryRun(id, options)));
}
