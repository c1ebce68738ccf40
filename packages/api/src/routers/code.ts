import { readCodeDifference } from "../code/code-difference.ts";
import { readCodeSource } from "../code/code-source.ts";
import type { CodeDifference, CodeSource } from "../contract.ts";
import { codeDifferenceInput, codeSourceInput } from "../inputs/asset-changes.ts";
import { procedure, router } from "../trpc.ts";

export const codeRouter = router({
  source: procedure
    .input(codeSourceInput)
    .query(({ ctx, input }): Promise<CodeSource> => readCodeSource(ctx.state, input)),
  difference: procedure
    .input(codeDifferenceInput)
    .query(({ ctx, input }): Promise<CodeDifference> => readCodeDifference(ctx.state, input)),
});
