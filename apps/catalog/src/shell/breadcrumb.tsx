import { Link, useLocation } from "@tanstack/react-router";
import { Fragment, type ReactNode } from "react";
import { addressWords } from "./address-words.ts";
import { placeOfSegment } from "./places.ts";

/** The path to this page, each part but the last a link. */
export function Breadcrumb(): ReactNode {
  const { pathname } = useLocation();
  const [first = "", ...rest] = addressWords(pathname);
  const place = placeOfSegment(first);
  if (place === undefined) return <nav aria-label="Breadcrumb" />;
  return (
    <nav aria-label="Breadcrumb" className="min-w-0 px-2">
      <ol className="flex min-w-0 items-center gap-1.5 text-sm">
        <li className={rest.length === 0 ? "font-medium" : "max-md:hidden"}>
          {rest.length === 0 ? (
            <span aria-current="page">{place.label}</span>
          ) : (
            <Link to={place.to} className="text-muted hover:text-ink">
              {place.label}
            </Link>
          )}
        </li>
        {rest.map((_, i) => (
          <Fragment key={i}>
            <li aria-hidden className="text-faint max-md:hidden">
              /
            </li>
            <li
              className={`truncate font-medium ${i === rest.length - 1 ? "" : "max-md:hidden"}`}
              {...(i === rest.length - 1 ? { "aria-current": "page" as const } : {})}
            >
              <Segment place={first} segments={rest} at={i} />
            </li>
          </Fragment>
        ))}
      </ol>
    </nav>
  );
}

/** A segment before the last of an asset key leads to the assets below it. */
function Segment({
  place,
  segments,
  at,
}: {
  readonly place: string;
  readonly segments: readonly string[];
  readonly at: number;
}): ReactNode {
  const segment = segments[at] ?? "";
  if (place !== "assets" || at === segments.length - 1) return place === "runs" ? `Run ${segment}` : segment;
  return (
    <Link
      to="/assets"
      search={{ sel: `key:"${segments.slice(0, at + 1).join("/")}/*"` }}
      className="font-normal text-muted hover:text-ink"
    >
      {segment}
    </Link>
  );
}
