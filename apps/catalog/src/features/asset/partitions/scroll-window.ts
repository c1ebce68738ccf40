/** What of a long list is drawn at a place of scrolling. */
export interface ScrollWindow {
  /** Height that is scrolled through, in pixels. */
  readonly height: number;
  /** First line that is drawn. */
  readonly first: number;
  /** Lines that are drawn. */
  readonly count: number;
  /** Where the first of them stands. */
  readonly top: number;
}

/** Browsers draw nothing beyond some 17 million pixels. */
const MAX_HEIGHT_PX = 12_000_000;

/**
 * The lines in view. A list that is higher than a browser can scroll is scrolled through in proportion: its end is at the end,
 * and each line in view stands where a line stands.
 */
export function scrollWindow(
  scrollTop: number,
  { total, linePx, viewPx }: { readonly total: number; readonly linePx: number; readonly viewPx: number },
): ScrollWindow {
  const height = Math.min(total * linePx, MAX_HEIGHT_PX);
  const shown = viewPx / linePx;
  const room = Math.max(1, height - viewPx);
  const share = Math.min(1, Math.max(0, scrollTop) / room);
  const exact = share * Math.max(0, total - shown);
  const first = Math.max(0, Math.floor(exact));
  const count = Math.min(total - first, Math.ceil(shown) + 1);
  return { height, first, count, top: Math.min(scrollTop, room) - (exact - first) * linePx };
}

/** Where to scroll to have a line in view: no further than needed. */
export function scrollTopOf(
  line: number,
  scrollTop: number,
  list: { readonly total: number; readonly linePx: number; readonly viewPx: number },
): number {
  const { total, linePx, viewPx } = list;
  const shown = Math.max(1, Math.floor(viewPx / linePx));
  const { first, height } = scrollWindow(scrollTop, list);
  const wanted = line <= first ? line : line >= first + shown ? line + 1 - viewPx / linePx : null;
  if (wanted === null) return scrollTop;
  return (Math.max(0, wanted) / Math.max(1, total - viewPx / linePx)) * Math.max(0, height - viewPx);
}
