import type { Command } from "commander";
import type { AddCommand, Run } from "./command-types.ts";

export function addAssets(program: Command, command: AddCommand, run: Run): void {
  const assets = program.command("assets").description("look at assets; alone: all of them");
  command("list [selection]", "assets and their status", assets).action(
    run(async (selection: string | undefined, options) =>
      (await import("../commands/assets.ts")).listAssets(selection, options),
    ),
  );
  command("show <key>", "one asset: why it has its status, dependencies, checks", assets)
    .option("--deps", "only its dependencies: which partitions read which, and what is waited for")
    .action(run(async (key: string, options) => (await import("../commands/assets.ts")).showAsset(key, options)));
}

export function addPartitions(program: Command, command: AddCommand, run: Run): void {
  const partitions = program
    .command("partitions")
    .description("look at partitions, and change the keys of dynamic ones");
  command("show <key> [partition]", "one partition: what is in use, attempts, checks, what it reads", partitions)
    .option("--limit <number>", "how many entries of each history", "10")
    .action(
      run(async (key: string, partition: string | undefined, options) =>
        (await import("../commands/partition-page.ts")).showPartition(key, partition, options),
      ),
    );
  command("list <definition>", "the keys of a dynamic partitions definition", partitions)
    .option("--text <text>", "only keys with this text")
    .option("--removed", "removed keys as well")
    .option("--limit <number>", "how many", "100")
    .action(
      run(async (definition: string, options) =>
        (await import("../commands/partitions.ts")).listPartitions(definition, options),
      ),
    );
  for (const [action, description] of [
    ["add", "add keys; those that were removed come back"],
    ["remove", "remove keys; what was made of them stays as history"],
  ] as const) {
    command(`${action} <definition> <keys...>`, description, partitions).action(
      run(async (definition: string, keys: string[], options) =>
        (await import("../commands/partitions.ts")).changePartitions(action, definition, { keys, options }),
      ),
    );
  }
}

export function addChecks(program: Command, command: AddCommand, run: Run): void {
  const checks = program.command("checks").description("look at the checks of assets and run them by themselves");
  command("list [selection]", "checks and how they stand, the worst first", checks).action(
    run(async (selection: string | undefined, options) =>
      (await import("../commands/checks.ts")).listChecks(selection, options),
    ),
  );
  command(
    "run <key> [checks...]",
    "run checks of an asset on what is stored, without making it; all without a name",
    checks,
  )
    .option("--partitions <partitions>", 'which ones, as of a launch; "newest"; without: all that are materialized')
    .option("--not-passed", "only where their newest result is no success")
    .option("--detach", "launch and do not wait")
    .action(
      run(async (key: string, names: readonly string[], options) =>
        (await import("../commands/checks.ts")).runChecks(key, names, options),
      ),
    );
}
