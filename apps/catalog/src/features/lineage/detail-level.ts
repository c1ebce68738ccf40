/** How much of each asset is drawn, by how tall a card is on the screen. */
export const DETAIL_LEVELS = ["groups", "cells", "names", "cards"] as const;
export type DetailLevel = (typeof DETAIL_LEVELS)[number];

/** Cards in the document at once; more would make every frame slow. */
export const MAX_CARDS = 160;

const CELLS_FROM_PX = 4;
const NAMES_FROM_PX = 16;
export const CARDS_FROM_PX = 40;

/** The level for cards of a height on the screen; `visibleCards` is asked for only where it decides. */
export function detailLevel(cardHeightPx: number, visibleCards: () => number): DetailLevel {
  if (cardHeightPx < CELLS_FROM_PX) return "groups";
  if (cardHeightPx < NAMES_FROM_PX) return "cells";
  if (cardHeightPx < CARDS_FROM_PX) return "names";
  return visibleCards() <= MAX_CARDS ? "cards" : "names";
}
