import { HeddleError, validateDefinitions, type Definitions } from "@heddle/core";
import type { InMemoryResult } from "./in-memory-result.ts";
import { InMemoryRun } from "./in-memory-run.ts";
import type { MaterializeOptions } from "./materialize-options.ts";

/**
 * Materializes assets of a project in this process and in memory: upstream first, with I/O managers, resources and
 * checks as in production, and with nothing to set up. Assets that name a store of their own use that. Each step is tried
 * once, whatever the asset's retry policy says, so that a test shows the first failure.
 *
 * @example
 * const result = await materializeInMemory(project, { assets: [rawWeather, summary], partitions: "2012-01-01..2012-01-31" });
 * result.assertOk();
 * expect(await result.value(summary, "2012-01")).toEqual({ rain: 12.5 });
 *
 * @throws DEFINITIONS_INVALID with every problem of the definitions; PARTITION_UNKNOWN for words that name none
 */
export async function materializeInMemory(
  definitions: Definitions,
  options: MaterializeOptions = {},
): Promise<InMemoryResult> {
  const problems = validateDefinitions(definitions);
  if (problems.length > 0) {
    const lines = problems.map(({ message, hint }) => `  ${message}\n      ${hint}`);
    throw new HeddleError("DEFINITIONS_INVALID", `the definitions have problems:\n${lines.join("\n")}`);
  }
  const run = new InMemoryRun(definitions, options);
  await run.execute();
  return run;
}
