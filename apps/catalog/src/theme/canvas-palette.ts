import { TONES, type Tone } from "../status/status-look.ts";
import { onThemeChange } from "./theme.ts";

/** The colours that canvases paint with: the same CSS variables as the page, read once for each theme. */
export interface CanvasPalette {
  /** Fill of each tone. */
  readonly fill: Record<Tone, string>;
  /** Text and glyphs of each tone. */
  readonly text: Record<Tone, string>;
  readonly canvas: string;
  readonly surface: string;
  readonly card: string;
  readonly group: string;
  readonly hover: string;
  readonly line: string;
  readonly lineStrong: string;
  readonly ink: string;
  readonly muted: string;
  readonly faint: string;
  readonly edge: string;
  readonly trunk: string;
  readonly accent: string;
  readonly accentSoft: string;
  readonly failedOutline: string;
  /** Eight colours of what is no status, told apart also by the colour-blind. */
  readonly categories: readonly string[];
  /** Five steps from little to much. */
  readonly steps: readonly string[];
}

/** Colours of what is no status. */
export const CATEGORIES = 8;
/** Steps from little to much. */
export const STEPS = 5;

let current: CanvasPalette | undefined;
onThemeChange(() => (current = undefined));

/** The colours of the theme that is shown now. */
export function canvasPalette(): CanvasPalette {
  current ??= readPalette();
  return current;
}

function readPalette(): CanvasPalette {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const byTone = (suffix: string): Record<Tone, string> => {
    const entries = TONES.map((tone) => [tone, read(`${tone}${suffix}`)] as const);
    return Object.fromEntries(entries) as Record<Tone, string>; // one entry for each tone
  };
  return {
    fill: byTone(""),
    text: byTone("-ink"),
    canvas: read("canvas"),
    surface: read("surface"),
    card: read("card"),
    group: read("group"),
    hover: read("hover"),
    line: read("line"),
    lineStrong: read("line-strong"),
    ink: read("ink"),
    muted: read("muted"),
    faint: read("faint"),
    edge: read("edge"),
    trunk: read("trunk"),
    accent: read("accent"),
    accentSoft: read("accent-soft"),
    failedOutline: read("failed-outline"),
    categories: Array.from({ length: CATEGORIES }, (_, i) => read(`category-${i + 1}`)),
    steps: Array.from({ length: STEPS }, (_, i) => read(`step-${i + 1}`)),
  };
}

/** Family of all text on canvases. */
export const CANVAS_FONT = `"Inter Variable", system-ui, sans-serif`;
