import { cityOf, isTimeZone } from "./time-zone.ts";

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
