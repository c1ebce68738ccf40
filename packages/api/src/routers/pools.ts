import type { PoolChange, Pools } from "../contract.ts";
import { poolSetInput } from "../inputs/deployment.ts";
import { noInput } from "../inputs/fields.ts";
import { changePool, readPools } from "../pools/pool-list.ts";
import { procedure, router } from "../trpc.ts";

export const poolsRouter = router({
  list: procedure.input(noInput).query(({ ctx }): Promise<Pools> => readPools(ctx.state)),
  set: procedure.input(poolSetInput).mutation(({ ctx, input }): Promise<PoolChange> => changePool(ctx.state, input)),
});
