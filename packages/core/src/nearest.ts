/** A name that is more than this share of its length away is not what somebody meant. */
const MAX_SHARE = 0.4;
/** Longer names are compared by their beginning; the table of distances grows with the square. */
const MAX_LENGTH = 64;

/**
 * Finds the names that are most like `wanted`, the nearest first: for hints such as "did you mean …?". Names that are
 * too far away are left out.
 */
export function findNearest(wanted: string, names: Iterable<string>, limit = 3): string[] {
  const target = wanted.slice(0, MAX_LENGTH).toLowerCase();
  const near: { name: string; distance: number }[] = [];
  for (const name of names) {
    const candidate = name.slice(0, MAX_LENGTH).toLowerCase();
    const allowed = Math.max(1, Math.floor(Math.max(candidate.length, target.length) * MAX_SHARE));
    if (Math.abs(candidate.length - target.length) > allowed) continue;
    const distance = editDistance(target, candidate);
    if (distance <= allowed) near.push({ name, distance });
  }
  near.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
  return near.slice(0, limit).map((entry) => entry.name);
}

/** `Did you mean "a" or "b"?`, or `null` when no name is near. */
export function formatNearest(wanted: string, names: Iterable<string>): string | null {
  const near = findNearest(wanted, names).map((name) => JSON.stringify(name));
  return near.length === 0 ? null : `Did you mean ${near.join(" or ")}?`;
}

/** How many letters differ, two that changed places counted once (optimal string alignment), one row at a time. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const current = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substituted = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwapped ? (before[j - 2] ?? 0) + 1 : Infinity;
      current.push(Math.min(substituted, swapped, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    [before, previous] = [previous, current];
  }
  return previous[b.length] ?? 0;
}
