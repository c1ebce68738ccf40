import { useSyncExternalStore } from "react";
import { writeInstantsIn } from "../format/instants.ts";

/** What a person may choose: the zone of the browser, or any zone by its name. */
export type TimeZoneChoice = "browser" | (string & {});

const STORAGE_KEY = "heddle.time-zone";

const listeners = new Set<() => void>();
let choice: TimeZoneChoice = "browser";

/** Reads the stored choice; called once before anything is shown. */
export function startTimeZone(): void {
  apply(storedChoice());
  // Another tab has chosen.
  window.addEventListener("storage", ({ key }) => {
    if (key === STORAGE_KEY || key === null) apply(storedChoice());
  });
}

/** Stores a choice and writes all instants in it at once. Call it with a zone that `isTimeZone` accepts. */
export function chooseTimeZone(next: TimeZoneChoice): void {
  try {
    localStorage.setItem(STORAGE_KEY, next);
  } catch {
    // The choice then lasts as long as the page, which is all that a browser without storage allows.
  }
  apply(next);
}

/** The choice, for components: whatever writes instants is rendered anew when it changes. */
export function useTimeZoneChoice(): TimeZoneChoice {
  return useSyncExternalStore(subscribe, () => choice);
}

/** Whether the browser knows a zone of this name. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    // That is how the browser says that it does not.
    return false;
  }
}

/** Names that took the place of others, which is all that some browsers list. */
const RENAMED = [
  "Africa/Asmara",
  "America/Nuuk",
  "Asia/Ho_Chi_Minh",
  "Asia/Kathmandu",
  "Asia/Kolkata",
  "Asia/Yangon",
  "Atlantic/Faroe",
  "Europe/Kyiv",
  "Pacific/Kanton",
];

/** Zones by name, for a person to choose from. UTC is not among them in every browser. */
export function allTimeZones(): readonly string[] {
  return [...new Set(["UTC", ...Intl.supportedValuesOf("timeZone"), ...RENAMED.filter(isTimeZone)])];
}

/** Zones whose name holds all words of a text, those first whose city begins with it. */
export function findTimeZones(zones: readonly string[], text: string): readonly string[] {
  const words = text
    .toLowerCase()
    .split(/[\s_]+/u)
    .filter(Boolean);
  const matches = zones.filter((zone) => {
    const name = zone.toLowerCase().replaceAll("_", " ");
    return words.every((word) => name.includes(word));
  });
  const first = words[0] ?? "";
  const rank = (zone: string): number => (cityOf(zone).toLowerCase().startsWith(first) ? 0 : 1);
  return matches.toSorted((a, b) => rank(a) - rank(b));
}

/** What a zone is called where there is little room: `Europe/Berlin` is `Berlin`. */
export function cityOf(zone: string): string {
  return zone.slice(zone.lastIndexOf("/") + 1).replaceAll("_", " ");
}

function storedChoice(): TimeZoneChoice {
  try {
    const stored = localStorage.getItem(STORAGE_KEY);
    return stored !== null && stored !== "browser" && isTimeZone(stored) ? stored : "browser";
  } catch {
    // Storage may be forbidden: the zone of the browser then.
    return "browser";
  }
}

function apply(next: TimeZoneChoice): void {
  choice = next;
  writeInstantsIn(next === "browser" ? undefined : next);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
