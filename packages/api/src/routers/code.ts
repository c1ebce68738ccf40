import { readCodeSource } from "../code/code-source.ts";
import type { CodeSource } from "../contract.ts";
import { codeSourceInput } from "../inputs/asset-changes.ts";
import { procedure, router } from "../trpc.ts";

export const codeRouter = router({
  source: procedure
    .input(codeSourceInput)
    .query(({ ctx, input }): Promise<CodeSource> => readCodeSource(ctx.state, input)),
});
