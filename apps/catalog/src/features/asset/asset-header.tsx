import type { AssetDetail } from "@heddle/api";
import { Link } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense } from "react";
import { lastSegment } from "../../data/catalog-index.ts";
import { lookOfCode } from "../../status/status-look.ts";
import { StatusMark } from "../../status/status-mark.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { copyText } from "../../ui/copy.ts";
import { Sentence } from "../../ui/sentence.tsx";
import { FavouriteButton } from "../favourites/favourite-button.tsx";
import { ManualActions } from "./manual/manual-actions.tsx";

// Few assets are looked at.
const ObserveButton = lazy(async () => ({ default: (await import("./observe-button.tsx")).ObserveButton }));

interface AssetHeaderProps {
  readonly detail: AssetDetail;
  /** `null` when Heddle does not make the asset. */
  readonly onMaterialize: (() => void) | null;
  /** Whether somebody can look at the asset. */
  readonly observes: boolean;
}

/** Name, status and why it is so, and what can be done. */
export function AssetHeader({ detail, onMaterialize, observes }: AssetHeaderProps): ReactNode {
  const { key } = detail.definition;
  const name = lastSegment(key);
  const [first, ...more] = detail.why;
  return (
    <div className="px-4 pt-3 pb-2">
      <div className="flex flex-wrap items-center gap-2">
        <h1 className="min-w-0 text-xl font-semibold tracking-[-0.01em] break-all">
          <span className="font-normal text-muted">{key.slice(0, key.length - name.length)}</span>
          {name}
        </h1>
        <FavouriteButton assetKey={key} />
        <IconButton icon="copy" label="Copy key" onClick={() => void copyText(key, "Key")} />
        <div className="ml-auto flex gap-2">
          <Link
            to="/lineage"
            search={{ focus: key }}
            className="inline-flex h-7 items-center rounded-md border border-line-strong px-2.5 font-medium hover:bg-hover"
          >
            Lineage
          </Link>
          {onMaterialize !== null && (
            <Button kind="solid" icon="play" onClick={onMaterialize}>
              Materialize
            </Button>
          )}
          {observes && (
            <Suspense
              fallback={
                <Button kind="solid" icon="play" disabled>
                  Observe
                </Button>
              }
            >
              <ObserveButton assetKey={key} />
            </Suspense>
          )}
          {onMaterialize !== null && <ManualActions detail={detail} />}
        </div>
      </div>
      <div className="mt-1 flex max-w-4xl items-start gap-3">
        <StatusMark look={lookOfCode(detail.code)} />
        {first !== undefined && (
          <p className="min-w-0 text-muted">
            <Sentence parts={first} />
          </p>
        )}
      </div>
      {more.length > 0 && (
        <ul className="mt-0.5 max-w-4xl text-muted">
          {more.map((parts, i) => (
            <li key={i}>
              <Sentence parts={parts} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
