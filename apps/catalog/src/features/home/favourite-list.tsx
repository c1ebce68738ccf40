import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { type Catalog, useStatusRevision } from "../../data/catalog-state.ts";
import { useFavourites } from "../../data/favourites.ts";
import { lookOfCode } from "../../status/status-look.ts";
import { StatusMark } from "../../status/status-mark.tsx";
import { Ago } from "../../ui/instant.tsx";
import { Section } from "../../ui/page.tsx";

/** Starred assets that are listed. */
const LISTED = 20;

/** The starred assets with how they stand. */
export function FavouriteList({ catalog }: { readonly catalog: Catalog }): ReactNode {
  useStatusRevision(catalog.statuses);
  const { index, statuses } = catalog;
  const rows = useFavourites().flatMap((key) => index.rowOfKey(key) ?? []);
  return (
    <Section title="Favourites">
      {rows.length === 0 && <p className="text-muted">Star an asset on its page, and it is listed here.</p>}
      <ul className="flex flex-col">
        {rows.slice(0, LISTED).map((row) => {
          const at = statuses.lastMaterializedAt[row] ?? Number.NaN;
          return (
            <li key={row} className="flex h-7 min-w-0 items-center gap-3">
              <Link
                to="/assets/$"
                params={{ _splat: index.keys[row] ?? "" }}
                title={index.keys[row]}
                className="min-w-0 flex-1 truncate hover:underline hover:underline-offset-3"
              >
                <bdi>{index.keys[row]}</bdi>
              </Link>
              <span className="text-xs text-muted">{!Number.isNaN(at) && <Ago at={at} />}</span>
              <span className="w-20">
                <StatusMark look={lookOfCode(statuses.codes[row] ?? -1)} />
              </span>
            </li>
          );
        })}
      </ul>
    </Section>
  );
}
