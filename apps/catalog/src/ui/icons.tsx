import type { ReactNode } from "react";

/** Icons of actions and places on a grid of 16, drawn with a line of 1.5. Statuses have glyphs of their own. */
const PATHS = {
  home: "M2.5 7.5 8 2.5l5.5 5M4 6.5v7h8v-7M6.8 13.5v-4h2.4v4",
  assets: "M2.5 3.5h11M2.5 8h11M2.5 12.5h11M6 3.5v9",
  lineage: "M2 5.5h3v5H2zM11 2h3v4h-3zM11 10h3v4h-3zM5 8h3M8 8c1.8 0 1.2-4 3-4M8 8c1.8 0 1.2 4 3 4",
  runs: "M2.5 3.5h5M5 8h6M8.5 12.5h5",
  backfills: "M2.5 2.5h4.5v4.5H2.5zM9 2.5h4.5v4.5H9zM2.5 9h4.5v4.5H2.5zM9 11.2h4.5M11.2 9v4.5",
  automation: "M9 1.8 3.5 9H8l-1 5.2L12.5 7H8z",
  checks: "M8 1.8 13 3.6v4c0 3.2-2.2 5.5-5 6.6-2.8-1.1-5-3.4-5-6.6v-4zM5.6 7.9l1.8 1.8 3.2-3.6",
  deployment: "M2.5 3h11v4h-11zM2.5 9h11v4h-11zM5 5h.01M5 11h.01",
  search: "M7 2.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 1 1 0-9M10.4 10.4 13.5 13.5",
  close: "M4 4l8 8M12 4l-8 8",
  chevronDown: "M4 6.2 8 10.2 12 6.2",
  chevronRight: "M6.2 4 10.2 8 6.2 12",
  chevronLeft: "M9.8 4 5.8 8 9.8 12",
  arrowUp: "M8 13V3M4 7l4-4 4 4",
  arrowDown: "M8 3v10M4 9l4 4 4-4",
  sun: "M8 5.2a2.8 2.8 0 1 1 0 5.6a2.8 2.8 0 1 1 0-5.6M8 1.5v1.2M8 13.3v1.2M1.5 8h1.2M13.3 8h1.2M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9",
  moon: "M13 9.6A5.6 5.6 0 0 1 6.4 3a5.6 5.6 0 1 0 6.6 6.6z",
  monitor: "M2 3h12v8H2zM5.5 13.5h5M8 11v2.5",
  keyboard: "M1.5 4h13v8h-13zM4 6.5h.01M6.6 6.5h.01M9.3 6.5h.01M12 6.5h.01M5 9.5h6",
  link: "M6.8 9.2 9.2 6.8M7.2 4.8l1.5-1.5a2.8 2.8 0 0 1 4 4l-1.5 1.5M8.8 11.2l-1.5 1.5a2.8 2.8 0 0 1-4-4l1.5-1.5",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  check: "M3 8.5 6.5 12 13 4.5",
  play: "M5 3.2v9.6L12.5 8z",
  stop: "M4 4h8v8H4z",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  retry: "M13 8a5 5 0 1 1-1.5-3.6M13 2.5v3h-3",
  plus: "M8 3v10M3 8h10",
  minus: "M3 8h10",
  fit: "M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10",
  outline: "M2.5 3.5h5M5 8h8.5M5 12.5h8.5M2.5 6v6.5",
  filter: "M2 3.5h12L9.5 8.8v4.7l-3-1.5V8.8z",
  external: "M9 2.5h4.5V7M13.5 2.5 7.5 8.5M11.5 9.5v4h-9v-9h4",
  star: "M8 2l1.8 3.8 4.2.5-3.1 2.9.8 4.1L8 11.3 4.3 13.3l.8-4.1L2 6.3l4.2-.5z",
  clock: "M8 2a6 6 0 1 1 0 12a6 6 0 1 1 0-12M8 4.8V8l2.2 1.6",
  columns: "M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10",
  grid: "M2.5 2.5h11v11h-11zM2.5 6.2h11M2.5 9.8h11M6.2 2.5v11M9.8 2.5v11",
  tree: "M3 2.5v9.5h3.5M3 6.5h3.5M8.5 5h5v3h-5zM8.5 10.5h5v3h-5z",
  bookmark: "M4 2.5h8v11l-4-3-4 3z",
  bell: "M4 11V7a4 4 0 0 1 8 0v4l1.2 1.5H2.8zM6.8 14h2.4",
  terminal: "M2 3h12v10H2zM4.5 6l2 2-2 2M8.5 10h3",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  info: "M8 2a6 6 0 1 1 0 12a6 6 0 1 1 0-12M8 7.2v3.6M8 5.1v.1",
  code: "M5.5 4.5 2 8l3.5 3.5M10.5 4.5 14 8l-3.5 3.5",
  follow: "M8 2.5v8M4.5 7.5 8 11l3.5-3.5M3 13.5h10",
} as const;

export type IconName = keyof typeof PATHS;

/** One icon in the current text colour. Decorative: a text or its button names what it means. */
export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }): ReactNode {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" aria-hidden className="shrink-0">
      <path
        d={PATHS[name]}
        fill="none"
        stroke="currentColor"
        strokeWidth={name === "more" ? 2 : 1.5}
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
