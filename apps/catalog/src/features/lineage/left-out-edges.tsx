import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { formatCount, formatCounted } from "../../format/amounts.ts";
import { GlyphIcon } from "../../status/status-mark.tsx";

/** An edge by the keys of its ends. */
export interface LeftOutEdge {
  readonly from: string;
  readonly to: string;
}

/** More edges than this are counted and not named. */
const NAMED = 5;

/** Which edges are not in the picture, because what they lead to depends on what they come from as well. */
export function LeftOutEdges({ edges }: { readonly edges: readonly LeftOutEdge[] }): ReactNode {
  return (
    <div
      role="status"
      className="flex max-h-32 items-start gap-2 overflow-y-auto border-b border-line bg-stale-soft px-4 py-2"
    >
      <span className="flex h-5 items-center text-stale-ink">
        <GlyphIcon glyph="triangle" />
      </span>
      <div className="min-w-0">
        <p>
          Some assets depend on each other in a circle: their code locations were put in force one after the other.{" "}
          {formatCounted(edges.length, "edge that closes one is", "edges that close one are")} not drawn:
        </p>
        <ul aria-label="Edges that are not drawn" className="flex flex-col text-muted">
          {edges.slice(0, NAMED).map(({ from, to }) => (
            <li key={JSON.stringify([from, to])} className="break-words">
              <AssetLink name={from} /> → <AssetLink name={to} />
            </li>
          ))}
          {edges.length > NAMED && <li>and {formatCount(edges.length - NAMED)} more</li>}
        </ul>
      </div>
    </div>
  );
}

function AssetLink({ name }: { readonly name: string }): ReactNode {
  return (
    <Link to="/assets/$" params={{ _splat: name }} className="link">
      <bdi>{name}</bdi>
    </Link>
  );
}
