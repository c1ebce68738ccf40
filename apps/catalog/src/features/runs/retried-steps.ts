import type { StepBar } from "@heddle/api";

/** Whether a step of a run that is over was not made, so that it can be done again. */
export function canBeRetried({ status }: Pick<StepBar, "status">): boolean {
  return status === "failed" || status === "skipped" || status === "canceled";
}

/** Steps as ranges of ordinals by asset key. */
export function rangesByAsset(
  steps: readonly Pick<StepBar, "assetId" | "ordinal">[],
  names: ReadonlyMap<number, string>,
): { readonly [assetKey: string]: readonly number[] } {
  const byAsset = Map.groupBy(steps, ({ assetId }) => names.get(assetId) ?? "");
  return Object.fromEntries([...byAsset].map(([key, own]) => [key, rangesOf(own.map(({ ordinal }) => ordinal))]));
}

function rangesOf(ordinals: readonly number[]): readonly number[] {
  const flat: number[] = [];
  for (const ordinal of ordinals.toSorted((a, b) => a - b)) {
    const end = flat.at(-1);
    if (end === ordinal) flat[flat.length - 1] = ordinal + 1;
    else if (end === undefined || end < ordinal) flat.push(ordinal, ordinal + 1);
  }
  return flat;
}
