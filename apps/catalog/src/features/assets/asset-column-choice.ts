import type { SortColumn } from "./asset-sort-choice.ts";

/** Columns that can be left out: all but the name. In the order of the table. */
export const CHOSEN_COLUMNS = [
  "group",
  "kinds",
  "status",
  "materialized",
  "expected",
  "partitions",
  "checks",
  "owners",
  "downstream",
  "duration",
  "location",
] as const;
export type ChosenColumn = (typeof CHOSEN_COLUMNS)[number];

/** What the table shows as it comes. */
export const DEFAULT_COLUMNS: readonly ChosenColumn[] = [
  "group",
  "kinds",
  "status",
  "materialized",
  "partitions",
  "checks",
  "owners",
  "downstream",
];

interface ColumnPlace {
  readonly title: string;
  /** Track of the grid. */
  readonly track: string;
  readonly sort?: SortColumn;
  /** Left out where the window is narrower than this; `phone` never is. */
  readonly from: "phone" | "tablet" | "desktop";
}

/** Where each column stands, by its id. */
export const COLUMN_PLACES: Readonly<Record<"name" | ChosenColumn, ColumnPlace>> = {
  name: { title: "Name", track: "minmax(180px, 1.8fr)", sort: "name", from: "phone" },
  group: { title: "Group", track: "minmax(80px, 0.8fr)", sort: "group", from: "desktop" },
  kinds: { title: "Kinds", track: "minmax(88px, 0.8fr)", from: "desktop" },
  status: { title: "Status", track: "96px", sort: "status", from: "phone" },
  materialized: { title: "Last made", track: "88px", sort: "materialized", from: "tablet" },
  expected: { title: "Next expected", track: "104px", from: "desktop" },
  partitions: { title: "Partitions", track: "minmax(144px, 1fr)", sort: "partitions", from: "tablet" },
  checks: { title: "Checks", track: "112px", sort: "checks", from: "tablet" },
  owners: { title: "Owners", track: "minmax(116px, 1fr)", from: "desktop" },
  downstream: { title: "Downstream", track: "88px", sort: "downstream", from: "desktop" },
  duration: { title: "Durations", track: "128px", from: "desktop" },
  location: { title: "Code location", track: "minmax(96px, 0.8fr)", from: "desktop" },
};
