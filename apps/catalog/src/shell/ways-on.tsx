import { Link } from "@tanstack/react-router";
import { type ReactNode, useMemo } from "react";
import { useCatalog } from "../data/catalog-state.ts";
import { isMac } from "../keyboard/hotkeys.ts";
import { Button, Key } from "../ui/button.tsx";
import { addressWords } from "./address-words.ts";
import { useOpenPalette } from "./open-palette.ts";
import { PaletteSearch } from "./palette-search.ts";
import { PLACES } from "./places.ts";

/** Assets named on the page at most. */
const NEAREST = 5;
/** Letters of a word that are looked for. */
const SOUGHT = 100;

/** Where else to go from an address that leads nowhere: assets with such a name, the palette, and every place. */
export function WaysOn({ pathname }: { readonly pathname: string }): ReactNode {
  const openPalette = useOpenPalette();
  const keys = useNearestAssets(pathname);
  const word = addressWords(pathname).at(-1)?.slice(0, SOUGHT) ?? "";
  return (
    <>
      {keys.length > 0 && (
        <p>
          Perhaps{" "}
          {keys.map((key, i) => (
            <span key={key}>
              {i > 0 && ", "}
              <Link to="/assets/$" params={{ _splat: key }} className="link">
                {key}
              </Link>
            </span>
          ))}
          ?
        </p>
      )}
      <Button icon="search" className="max-w-full text-ink" onClick={() => openPalette(word)}>
        <span className="truncate">
          Look for “<bdi>{word}</bdi>”
        </span>
        <span aria-hidden className="ml-1 flex gap-0.5 max-md:hidden">
          <Key>{isMac ? "⌘" : "Ctrl"}</Key>
          <Key>K</Key>
        </span>
      </Button>
      <p className="flex flex-wrap gap-x-4 gap-y-1">
        {PLACES.map(({ to, label }) => (
          <Link key={to} to={to} className="link">
            {label}
          </Link>
        ))}
      </p>
    </>
  );
}

/** Assets whose key is like the last words of the address. */
function useNearestAssets(pathname: string): readonly string[] {
  const catalog = useCatalog();
  return useMemo(() => {
    const words = addressWords(pathname);
    const search = new PaletteSearch(catalog?.index ?? null);
    const found = [words.join("/"), words.at(-1) ?? ""].flatMap((text) =>
      text === "" ? [] : search.find(text.slice(0, 200), []),
    );
    return [...new Set(found.flatMap((entry) => (entry.kind === "asset" ? [entry.label] : [])))].slice(0, NEAREST);
  }, [catalog, pathname]);
}
