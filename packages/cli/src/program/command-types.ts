import type { Command } from "commander";
import type { ExitCode } from "../exit-codes.ts";

/** Options that every command has. */
export interface CommonOptions {
  readonly project: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** Wraps a command's action so that its exit code reaches the caller. */
export type Run = <TArgs extends unknown[]>(
  action: (...args: TArgs) => Promise<ExitCode>,
) => (...args: TArgs) => Promise<void>;
/** Adds a command with the options that all of them have. */
export type AddCommand = (usage: string, description: string, parent?: Command) => Command;
