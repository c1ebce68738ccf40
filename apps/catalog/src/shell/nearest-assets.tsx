import { Link } from "@tanstack/react-router";
import { type ReactNode, useMemo } from "react";
import { useCatalog } from "../data/catalog-state.ts";
import { PaletteSearch } from "./palette-search.ts";

/** Assets named on the page at most. */
const NEAREST = 5;

/** Assets whose key is like the last words of the address, and the way to look for others. */
export function NearestAssets({ pathname }: { readonly pathname: string }): ReactNode {
  const catalog = useCatalog();
  const keys = useMemo(() => {
    const words = pathname.split("/").filter(Boolean);
    const search = new PaletteSearch(catalog?.index ?? null);
    const found = [words.join("/"), words.at(-1) ?? ""].flatMap((text) =>
      text === "" ? [] : search.find(text.slice(0, 200), []),
    );
    return [...new Set(found.flatMap((entry) => (entry.kind === "asset" ? [entry.label] : [])))].slice(0, NEAREST);
  }, [catalog, pathname]);
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
      <p>Ctrl K (⌘ K) looks for anything by a few letters.</p>
    </>
  );
}
