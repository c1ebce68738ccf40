export {
  endAttentionNote,
  noteAttention,
  readAttentionNotes,
  type AttentionNoteRow,
  type NewAttentionNote,
} from "./attention-notes.ts";
export { readFavourites, setFavourite } from "./favourites.ts";
export { deleteView, MAX_SAVED_VIEWS, readSavedViews, saveView, type SavedViewRow } from "./saved-views.ts";
