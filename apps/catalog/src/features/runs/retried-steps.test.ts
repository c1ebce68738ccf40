import { expect, test } from "vitest";
import { rangesByAsset } from "./retried-steps.ts";

test("steps become ranges by asset, whatever their order", () => {
  const steps = [
    { assetId: 1, ordinal: 5 },
    { assetId: 1, ordinal: 3 },
    { assetId: 2, ordinal: 7 },
    { assetId: 1, ordinal: 4 },
    { assetId: 1, ordinal: 4 },
    { assetId: 1, ordinal: -2 },
  ];
  const names = new Map([
    [1, "orders"],
    [2, "report"],
  ]);
  expect(rangesByAsset(steps, names)).toEqual({ orders: [-2, -1, 3, 6], report: [7, 8] });
});
