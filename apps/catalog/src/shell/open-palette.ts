import { createContext, use } from "react";

/** Opens the palette with a text in its field. */
export type OpenPalette = (text: string) => void;

export const OpenPaletteContext = createContext<OpenPalette>(() => undefined);

/** How a page opens the palette. */
export function useOpenPalette(): OpenPalette {
  return use(OpenPaletteContext);
}
