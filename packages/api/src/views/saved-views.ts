import { deleteView, readFavourites, readSavedViews, saveView, type SavedViewRow, setFavourite } from "@heddle/storage";
import { requireAsset } from "@heddle/engine/planning";
import type { ApiState } from "../api-state.ts";
import type { FavouriteChange, Favourites, SavedView, SavedViewDeletion, SavedViews } from "../contract.ts";
import type { FavouriteSetInput, ViewSaveInput } from "../inputs/home.ts";

/** Answers `views.list`. */
export async function readViews(state: ApiState, page: string): Promise<SavedViews> {
  const rows = await state.db.read("views.list", (tx) => readSavedViews(tx, page));
  return { views: rows.map(describeView) };
}

/** Answers `views.save`. @throws SAVED_VIEWS_FULL */
export async function storeView(state: ApiState, input: ViewSaveInput): Promise<SavedView> {
  return describeView(await saveView(state.db, input));
}

/** Answers `views.delete`. */
export async function removeView(state: ApiState, id: number): Promise<SavedViewDeletion> {
  return { changed: await deleteView(state.db, id) };
}

/** Answers `favourites.list`. */
export async function readStars(state: ApiState): Promise<Favourites> {
  return { keys: await state.db.read("favourites.list", readFavourites) };
}

/** Answers `favourites.set`. @throws ASSET_UNKNOWN */
export async function changeStar(state: ApiState, input: FavouriteSetInput): Promise<FavouriteChange> {
  const { key } = await state.db.read("find asset", async (tx) =>
    requireAsset(await state.definitions.index(tx), input.key),
  );
  return { changed: await setFavourite(state.db, { key, isFavourite: input.isFavourite }) };
}

function describeView({ id, name, search, savedAt }: SavedViewRow): SavedView {
  return { id, name, search, savedAt: savedAt.getTime() };
}
