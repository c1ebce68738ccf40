import type { ColumnRef } from "@heddle/core";
import { type ReactNode, useState } from "react";
import { formatCount, formatCounted } from "../../../format/amounts.ts";
import { Button } from "../../../ui/button.tsx";
import { columnsText } from "./column-view.ts";
import { notKnown } from "./not-known.ts";
import type { ShownColumns } from "./use-columns.ts";

/** Lines of a list before somebody asks for the rest. */
const SHOWN = 12;

interface ColumnPathFactsProps {
  readonly column: ColumnRef;
  readonly path: NonNullable<ShownColumns["path"]>;
  readonly onAsset: (key: string) => void;
}

/** The path of a column in words: the assets that it goes through, and what nobody says about it. */
export function ColumnPathFacts({ column, path, onAsset }: ColumnPathFactsProps): ReactNode {
  const { assets, hidden, isCut, view } = path;
  const unknown = notKnown(path);
  return (
    <section aria-label={`Path of ${column.column}`} className="flex flex-col gap-1">
      <h4 className="label px-4 pt-2">
        Path of <bdi className="font-mono">{column.column}</bdi>
      </h4>
      <p className="px-4 text-muted">
        {assets.length === 1
          ? unknown.length === 0
            ? "It comes from no other asset, and goes into none."
            : "No asset says that it comes from another column, or goes into one."
          : `${formatCounted(assets.length, "asset")} on the path: ${formatCount(view.upstream)} upstream, ${formatCount(view.downstream)} downstream.`}
        {hidden > 0 && ` ${formatCount(hidden)} of them ${hidden === 1 ? "is" : "are"} filtered out.`}
        {isCut && " The path goes on; this is its nearest part."}
        {assets.length > 1 && " A full line is the column as it is, a broken one what is computed."}
      </p>
      <LongList
        items={assets}
        line={(asset) => (
          <li key={asset.key}>
            <AssetButton assetKey={asset.key} onAsset={onAsset}>
              <span className="ml-auto max-w-[50%] min-w-0 shrink-0 truncate font-mono text-2xs text-accent-ink">
                {columnsText(asset)}
              </span>
            </AssetButton>
          </li>
        )}
      />
      {unknown.length > 0 && (
        <>
          <h4 className="label px-4 pt-2">Not known {formatCount(unknown.length)}</h4>
          <LongList
            items={unknown}
            line={({ asset, text }) => (
              <li key={`${asset} ${text}`}>
                <AssetButton assetKey={asset} onAsset={onAsset} />
                <p className="-mt-0.5 px-2 pb-1 text-2xs break-words text-muted">{text}</p>
              </li>
            )}
          />
        </>
      )}
      {unknown.length === 0 && assets.length > 1 && (
        <p className="px-4 text-muted">Every asset on the way says where its columns come from.</p>
      )}
    </section>
  );
}

interface AssetButtonProps {
  readonly assetKey: string;
  readonly onAsset: (key: string) => void;
  readonly children?: ReactNode;
}

function AssetButton({ assetKey, onAsset, children }: AssetButtonProps): ReactNode {
  return (
    <button
      type="button"
      title={assetKey}
      onClick={() => onAsset(assetKey)}
      className="flex h-6 w-full items-center gap-2 rounded-sm px-2 text-left hover:bg-hover"
    >
      <bdi className="min-w-0 truncate">{assetKey}</bdi>
      {children}
    </button>
  );
}

function LongList<TItem>({
  items,
  line,
}: {
  readonly items: readonly TItem[];
  readonly line: (item: TItem) => ReactNode;
}): ReactNode {
  const [whole, setWhole] = useState(false);
  return (
    <>
      <ul className="px-2">{(whole ? items : items.slice(0, SHOWN)).map(line)}</ul>
      {!whole && items.length > SHOWN && (
        <Button kind="ghost" className="mx-2 h-6 self-start text-2xs" onClick={() => setWhole(true)}>
          Show {formatCount(items.length - SHOWN)} more
        </Button>
      )}
    </>
  );
}
