/** Ranges of partitions that are written out for people. */
export const SHOWN_RANGES = 5;
