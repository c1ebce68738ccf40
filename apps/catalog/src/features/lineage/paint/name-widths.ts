import { CANVAS_FONT } from "../../../theme/canvas-palette.ts";

const REFERENCE_PX = 20;

/** Cuts names to the room that there is, from widths that are measured once for each name. */
export class NameWidths {
  readonly #context: CanvasRenderingContext2D;
  readonly #weight: number;
  readonly #widths = new Map<string, number>();

  constructor(context: CanvasRenderingContext2D, weight: number) {
    this.#context = context;
    this.#weight = weight;
  }

  /** Forgets all widths: the font has arrived. */
  clear(): void {
    this.#widths.clear();
  }

  /** Width of a text at a size, in pixels. */
  widthOf(text: string, sizePx: number): number {
    let width = this.#widths.get(text);
    if (width === undefined) {
      this.#context.save();
      this.#context.font = `${this.#weight} ${REFERENCE_PX}px ${CANVAS_FONT}`;
      width = this.#context.measureText(text).width;
      this.#context.restore();
      this.#widths.set(text, width);
    }
    return (width * sizePx) / REFERENCE_PX;
  }

  /** The text, or its beginning with `…`, so that it fits; "" when less than three letters would. */
  fit(text: string, sizePx: number, room: number): string {
    const width = this.widthOf(text, sizePx);
    if (width <= room) return text;
    const letters = Math.floor((text.length * (room - sizePx * 0.8)) / width);
    return letters < 3 ? "" : `${text.slice(0, letters).trimEnd()}…`;
  }
}
