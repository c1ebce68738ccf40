import { describe, expect, test } from "vitest";
import { distance, seeAs, shownColours, SIGHTS } from "./support/shown-colours.ts";
import { useVisitor } from "./support/visitor.ts";

const visitor = useVisitor();

const STATUSES = ["fresh", "stale", "failed", "running", "queued", "missing", "skipped"] as const;
const PAIRS = STATUSES.flatMap((one, at) => STATUSES.slice(at + 1).map((other) => [one, other] as const));

/**
 * Least distance between the colours of any two statuses, and of a failure from any other. Shapes, glyphs and words tell
 * statuses apart as well; the palette of high distinction is for those to whom these are not enough.
 */
const LEAST = { normal: { any: 4.5, failed: 8 }, high: { any: 10, failed: 12 } } as const;

describe.each(["dark", "light"])("statuses in the %s theme", (theme) => {
  test.each(["normal", "high"] as const)("stay apart for every sight, distinction %s", async (distinction) => {
    const page = await visitor.open("/lineage");
    await page.evaluate(
      (choices) => {
        for (const [key, value] of Object.entries(choices)) localStorage.setItem(`heddle.${key}`, value);
      },
      { theme, distinction },
    );
    await page.reload();
    await page.getByRole("treeitem").first().waitFor();
    const close: string[] = [];
    for (const sight of SIGHTS) {
      await seeAs(page, sight);
      const colours = await shownColours(page, STATUSES);
      for (const [one, other] of PAIRS) {
        const apart = distance(colours[one], colours[other]);
        const least = LEAST[distinction][one === "failed" || other === "failed" ? "failed" : "any"];
        if (apart < least) close.push(`${one} and ${other}, ${sight}: ${apart.toFixed(1)}`);
      }
    }
    expect(close).toEqual([]);
  });
});

test("colour blindness is what the pages are seen with", async () => {
  const page = await visitor.open("/lineage");
  const apart: number[] = [];
  for (const sight of SIGHTS) {
    await seeAs(page, sight);
    const { failed, fresh } = await shownColours(page, ["failed", "fresh"]);
    apart.push(distance(failed, fresh));
  }
  const [normal = 0, deuteranopia = 0, protanopia = 0, tritanopia = 0] = apart;
  // Red and green come close to those who lack one of the two.
  expect(Math.max(deuteranopia, protanopia)).toBeLessThan(normal / 2);
  expect(tritanopia).toBeGreaterThan(normal / 2);
});
