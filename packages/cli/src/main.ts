import { CommanderError } from "commander";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { interruption } from "./interruption.ts";
import { createProgram } from "./program.ts";
import { guardOutput } from "./terminal.ts";

/** Commands whose first subcommand may be left out: `heddle runs` is `heddle runs list`. */
const LISTS: ReadonlySet<string> = new Set([
  "automation",
  "runs",
  "assets",
  "notifications",
  "checks",
  "pools",
  "schedules",
  "sensors",
]);

/** Runs the command line. Sets the exit code; never throws. */
export async function main(args: readonly string[]): Promise<void> {
  guardOutput();
  const options = {
    json: args.includes("--json"),
    verbose: args.includes("--verbose") || Boolean(process.env["HEDDLE_DEBUG"]),
  };
  if (options.verbose) process.env["HEDDLE_DEBUG"] ??= "1";
  try {
    process.exitCode = await run(args);
  } catch (error) {
    if (error === interruption.reason) {
      // What was waited for, such as a server that does not answer, would keep the process alive.
      process.exit(interruption.exitCode);
    }
    // Only now: what knows the errors takes longer to load than the help takes to print.
    const { printError } = await import("./print-error.ts");
    process.exitCode = printError(error, options);
  }
}

async function run(args: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.ok;
  const program = createProgram((code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(withDefaults(args), { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return EXIT.ok;
    // Help that nobody asked for was printed because the command is not complete.
    if (error.code === "commander.help") return EXIT.usage;
    throw (await import("./usage-error.ts")).toUsageError(error);
  }
  return exitCode;
}

function withDefaults(args: readonly string[]): string[] {
  const [command = "", next] = args;
  const isComplete = !LISTS.has(command) || (next !== undefined && !next.startsWith("-"));
  if (isComplete || next === "--help" || next === "-h") return [...args];
  return [command, "list", ...args.slice(1)];
}
