import type { FavouriteChange, Favourites, SavedView, SavedViewDeletion, SavedViews } from "../contract.ts";
import { favouriteSetInput, viewDeleteInput, viewListInput, viewSaveInput } from "../inputs/home.ts";
import { noInput } from "../inputs/fields.ts";
import { procedure, router } from "../trpc.ts";
import { changeStar, readStars, readViews, removeView, storeView } from "../views/saved-views.ts";

export const viewsRouter = router({
  list: procedure.input(viewListInput).query(({ ctx, input }): Promise<SavedViews> => readViews(ctx.state, input.page)),
  save: procedure.input(viewSaveInput).mutation(({ ctx, input }): Promise<SavedView> => storeView(ctx.state, input)),
  delete: procedure
    .input(viewDeleteInput)
    .mutation(({ ctx, input }): Promise<SavedViewDeletion> => removeView(ctx.state, input.id)),
});

export const favouritesRouter = router({
  list: procedure.input(noInput).query(({ ctx }): Promise<Favourites> => readStars(ctx.state)),
  set: procedure
    .input(favouriteSetInput)
    .mutation(({ ctx, input }): Promise<FavouriteChange> => changeStar(ctx.state, input)),
});
