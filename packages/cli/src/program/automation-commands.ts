import type { Command } from "commander";
import type { AddCommand, Run } from "./command-types.ts";

const TICKERS = [
  ["schedule", "schedules", "look at schedules, pause them, let them tick; alone: all of them"],
  ["sensor", "sensors", "look at sensors, pause them, evaluate them; alone: all of them"],
] as const;

export function addTickers(program: Command, command: AddCommand, run: Run): void {
  for (const [kind, plural, description] of TICKERS) {
    const group = program.command(plural).description(description);
    command("list", `${plural}, when each is next, and what came of its last tick`, group).action(
      run(async (options) => (await import("../commands/ticks.ts")).listTickers(kind, options)),
    );
    command("show <name>", `one ${kind}: ${kind === "schedule" ? "its next ten ticks" : "its cursor"}`, group).action(
      run(async (name: string, options) => (await import("../commands/ticks.ts")).showTicker(kind, name, options)),
    );
    command("ticks <name>", "what came of its ticks, the newest first", group)
      .option("--limit <number>", "how many", "20")
      .action(
        run(async (name: string, options) => (await import("../commands/ticks.ts")).listTicks(kind, name, options)),
      );
    for (const [action, meaning] of [
      ["pause", "let it tick no more"],
      ["resume", "let it go on from now"],
    ] as const) {
      command(`${action} <name>`, meaning, group).action(
        run(async (name: string, options) =>
          (await import("../commands/ticks.ts")).holdTicker(kind, action, { name, options }),
        ),
      );
    }
    command("run <name>", "evaluate it now, beside its own ticks", group)
      .option("--dry-run", "show what it would request, without effect")
      .action(
        run(async (name: string, options) => (await import("../commands/ticks.ts")).runTicker(kind, name, options)),
      );
    if (kind === "sensor") {
      command("cursor <name> [cursor]", "show the cursor of a sensor, or set it", group)
        .option("--reset", "forget the cursor: the sensor begins anew")
        .action(
          run(async (name: string, cursor: string | undefined, options) =>
            (await import("../commands/ticks.ts")).setCursor(name, cursor, options),
          ),
        );
    }
  }
}

export function addAutomation(program: Command, command: AddCommand, run: Run): void {
  command("why <key> [partition]", "why a partition was made by itself, or was not; without one: the newest")
    .option("--check <name>", "of a check of the asset")
    .option("--tree", "the whole condition, part by part")
    .action(
      run(async (key: string, partition: string | undefined, options) =>
        (await import("../commands/automation.ts")).why(key, partition, options),
      ),
    );
  const automation = program
    .command("automation")
    .description("look at automation conditions, switch them off and on; alone: all of them");
  command("list", "conditions, whether they are on, and what they last asked for", automation).action(
    run(async (options) => (await import("../commands/automation.ts")).listAutomation(options)),
  );
  command(
    "preview [selection]",
    "what an evaluation at this moment would ask for; nothing is launched",
    automation,
  ).action(
    run(async (selection: string | undefined, options) =>
      (await import("../commands/automation.ts")).previewAutomation(selection, options),
    ),
  );
  for (const [action, on, description] of [
    ["pause", false, "switch the condition of an asset off; what it misses is not made up for"],
    ["resume", true, "switch the condition of an asset on again"],
  ] as const) {
    const one = command(`${action} <key>`, description, automation).option("--check <name>", "of a check of the asset");
    if (!on) one.option("--reason <text>", "why, for those who wonder");
    one.action(
      run(async (key: string, options) => (await import("../commands/automation.ts")).setAutomation(key, on, options)),
    );
  }
}

export function addNotifications(program: Command, command: AddCommand, run: Run): void {
  const notifications = program
    .command("notifications")
    .description("look at notifications, test them, try messages again; alone: all of them");
  command("list", "what is told, to whom, and how many messages failed", notifications).action(
    run(async (options) => (await import("../commands/notifications.ts")).listNotifications(options)),
  );
  command("messages", "messages and what became of them, the newest first", notifications)
    .option("--failed", "only those that could not be delivered")
    .option("--limit <number>", "how many", "20")
    .action(run(async (options) => (await import("../commands/notifications.ts")).listMessages(options)));
  command("test <name>", "send a message that says that it is a test", notifications).action(
    run(async (name: string, options) =>
      (await import("../commands/notifications.ts")).testNotification(name, options),
    ),
  );
  command("retry [message]", "try a message again; without a number all that have failed", notifications).action(
    run(async (id: string | undefined, options) =>
      (await import("../commands/notifications.ts")).retryMessages(id, options),
    ),
  );
}
