import type { Command } from "commander";
import type { AddCommand, CommonOptions, Run } from "./command-types.ts";

export function addDev(command: AddCommand, run: Run): void {
  command("dev", "start everything on this machine: database, daemon, worker, server, catalog")
    .option("--port <number>", "port of the catalog (default: HEDDLE_PORT, else 4321 or the next free one)")
    .option("--first-run", "materialize everything when nothing ever was")
    .action(
      run(async (options: CommonOptions & { port?: string; firstRun?: boolean }) =>
        (await import("../commands/dev.ts")).dev(options),
      ),
    );
  command("start [processes...]", "start what stays: server, daemon and worker, or those of them that are named")
    .option("--port <number>", "port of the catalog (default: HEDDLE_PORT, else 4321)")
    .action(
      run(async (names: string[], options: CommonOptions & { port?: string }) =>
        (await import("../commands/start.ts")).start(names, options),
      ),
    );
}

export function addPools(program: Command, command: AddCommand, run: Run): void {
  const pools = program.command("pools").description("look at the limits on steps and change them; alone: all of them");
  command("list", "limits, what they have in use, and who waits", pools).action(
    run(async (options) => (await import("../commands/pools.ts")).listPools(options)),
  );
  command("set <name> <slots>", 'set the slots of a limit; "default" for what is declared, 0 to hold it', pools).action(
    run(async (name: string, slots: string, options) =>
      (await import("../commands/pools.ts")).setPool(name, slots, options),
    ),
  );
}

export function addCare(command: AddCommand, run: Run): void {
  command("check", "validate the project's definitions without starting anything")
    .option("--timeout <seconds>", "how long the modules may take to load", "60")
    .action(
      run(async (options: CommonOptions & { timeout: string }) =>
        (await import("../commands/check.ts")).check(options),
      ),
    );
  command("collect", "remove stored values that later ones have replaced, and what was never published")
    .option("--grace <hours>", "what was replaced or left behind less than this ago stays", "24")
    .option("--dry-run", "say what would be removed, and remove nothing")
    .action(
      run(async (options: CommonOptions & { grace: string; dryRun?: boolean }) =>
        (await import("../commands/collect.ts")).collectValues(options),
      ),
    );
  command("doctor", "look for what would keep Heddle from working here").action(
    run(async (options: CommonOptions) => (await import("../commands/doctor.ts")).doctor(options)),
  );
  command("migrate", "bring the database's schema up to this version").action(
    run(async (options: CommonOptions) => (await import("../commands/migrate.ts")).migrateDatabase(options)),
  );
}
