import type { Page } from "playwright-core";

/** Red, green and blue of sRGB, from 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number];

/** Kinds of colour blindness that the browser can show, and `none`. */
export const SIGHTS = ["none", "deuteranopia", "protanopia", "tritanopia"] as const;
export type Sight = (typeof SIGHTS)[number];

/** Shows a page as somebody sees it who has one kind of colour blindness. */
export async function seeAs(page: Page, sight: Sight): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Emulation.setEmulatedVisionDeficiency", { type: sight });
}

const SWATCH_PX = 8;
const BLACK: Colour = [0, 0, 0];

/** How colours of the theme come out on the screen: those of a picture of the page, and not those of its style sheet. */
export async function shownColours<const Name extends string>(
  page: Page,
  names: readonly Name[],
): Promise<Readonly<Record<Name, Colour>>> {
  await page.evaluate(
    ({ variables, size }) => {
      const swatches = document.createElement("div");
      swatches.id = "swatches";
      swatches.style.cssText = "position:fixed;inset:0 auto auto 0;display:flex;z-index:9999";
      for (const variable of variables) {
        const swatch = document.createElement("div");
        swatch.style.cssText = `width:${size}px;height:${size}px;background:var(--${variable})`;
        swatches.append(swatch);
      }
      document.body.append(swatches);
    },
    { variables: names, size: SWATCH_PX },
  );
  const picture = await page.screenshot({
    clip: { x: 0, y: 0, width: SWATCH_PX * names.length, height: SWATCH_PX },
    scale: "css",
  });
  const colours = await page.evaluate(
    async ({ bytes, count, size }) => {
      document.querySelector("#swatches")?.remove();
      const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d", { willReadFrequently: true });
      if (context === null) throw new Error("no canvas to read the picture with");
      context.drawImage(bitmap, 0, 0);
      return Array.from({ length: count }, (_, at): [number, number, number] => {
        const [red, green, blue] = context.getImageData(at * size + size / 2, size / 2, 1, 1).data;
        return [red ?? 0, green ?? 0, blue ?? 0];
      });
    },
    { bytes: [...picture], count: names.length, size: SWATCH_PX },
  );
  return Object.fromEntries(names.map((name, at) => [name, colours[at] ?? BLACK])) as Record<Name, Colour>; // By these names.
}

/**
 * How far apart two colours look: their distance in OKLab, times 100. About 2 is the least that is seen side by side
 * (https://www.w3.org/TR/css-color-4/#color-difference-OK).
 */
export function distance(one: Colour, other: Colour): number {
  const [a, b] = [toOklab(one), toOklab(other)];
  return 100 * Math.hypot(...a.map((value, at) => value - (b[at] ?? 0)));
}

/** https://bottosson.github.io/posts/oklab/ */
function toOklab(colour: Colour): readonly number[] {
  const [r, g, b] = colour.map(toLinear) as [number, number, number]; // As many as a colour has.
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function toLinear(value: number): number {
  const share = value / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}
