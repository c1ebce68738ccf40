import { findProject } from "@heddle/engine";
import { openDeployment } from "../deployment.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import type { CommonOptions } from "../program/command-types.ts";
import { paint, print, printJson } from "../terminal.ts";

/** `heddle migrate`: opening the deployment brings its schema up to date; this says so. */
export async function migrateDatabase(options: CommonOptions): Promise<ExitCode> {
  await using deployment = await openDeployment(findProject(options.project));
  if (options.json) printJson({ ok: true, database: deployment.description });
  else print(`${paint.green("✓")} the schema of ${deployment.description} is up to date`);
  return EXIT.ok;
}
