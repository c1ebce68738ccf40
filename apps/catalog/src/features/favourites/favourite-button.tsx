import type { ReactNode } from "react";
import { setFavourite, useFavourites } from "../../data/favourites.ts";

const STAR = "M8 2l1.8 3.8 4.2.5-3.1 2.9.8 4.1L8 11.3 4.3 13.3l.8-4.1L2 6.3l4.2-.5z";

/** Stars an asset: it is listed on Home. */
export function FavouriteButton({ assetKey }: { readonly assetKey: string }): ReactNode {
  const isFavourite = useFavourites().includes(assetKey);
  return (
    <button
      type="button"
      aria-label="Favourite"
      aria-pressed={isFavourite}
      title={isFavourite ? "Take the star back" : "Star it: it is then listed on Home"}
      onClick={() => void setFavourite(assetKey, !isFavourite)}
      className="inline-flex size-7 shrink-0 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-ink aria-pressed:text-stale-ink"
    >
      <svg width={15} height={15} viewBox="0 0 16 16" aria-hidden>
        <path
          d={STAR}
          fill={isFavourite ? "currentColor" : "none"}
          stroke="currentColor"
          strokeWidth={1.5}
          strokeLinejoin="round"
        />
      </svg>
    </button>
  );
}
