/** Ranges that are written out for people. */
export const SHOWN_RANGES = 5;
/** Bounds of the ranges of one set that an answer holds (two a range); more of them stay countable and describable. */
export const MAX_SHOWN_BOUNDS = 10_000;
/** Warnings that are told; more of them say the same. */
export const MAX_WARNINGS = 500;
