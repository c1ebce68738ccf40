import { Link } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense, useState } from "react";
import type { Catalog } from "../../data/catalog-state.ts";
import { selectionOfKeys } from "../../data/selection-of-keys.ts";
import { formatCounted } from "../../format/amounts.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { copyText } from "../../ui/copy.ts";
import { useLaunch } from "../launch/launch-search.ts";
import { openStates } from "../launch/open-states.ts";
import type { AssetMarks } from "./asset-marks.ts";

const AutomationBulk = lazy(async () => ({ default: (await import("./automation-bulk.tsx")).AutomationBulk }));
const ReportSelected = lazy(async () => ({ default: (await import("./report-selected.tsx")).ReportSelected }));
const CompareAssets = lazy(async () => ({ default: (await import("./compare-assets.tsx")).CompareAssets }));

/** What can be done with the assets that are marked. */
export function MarkedActions({
  catalog,
  marks,
}: {
  readonly catalog: Catalog;
  readonly marks: AssetMarks;
}): ReactNode {
  const launch = useLaunch();
  const [over, setOver] = useState<"nothing" | "automation" | "report" | "compare">("nothing");
  const close = (): void => setOver("nothing");
  const rows = [...marks.rows].toSorted((a, b) => a - b);
  const selection = selectionOfKeys(rows.flatMap((row) => catalog.index.keys[row] ?? []));
  const [first, second, third] = rows;
  const made = rows.filter((row) => catalog.index.external[row] === 0);
  return (
    <div
      role="toolbar"
      aria-label="Selected assets"
      className="flex min-h-10 flex-wrap items-center gap-2 border-b border-line bg-accent-soft px-4 py-1.5"
    >
      <span aria-live="polite" className="font-medium">
        {formatCounted(rows.length, "asset")} selected
      </span>
      <Button
        kind="solid"
        icon="play"
        disabled={made.length === 0}
        onClick={() => launch({ launch: selection, only: openStates(catalog, made) })}
      >
        Materialize selected
      </Button>
      <Link
        to="/lineage"
        search={{ sel: selection }}
        className="inline-flex h-7 items-center rounded-md border border-line-strong px-2.5 font-medium hover:bg-hover"
      >
        Open in lineage
      </Link>
      <Button icon="pause" onClick={() => setOver("automation")}>
        Automation
      </Button>
      {first !== undefined && second !== undefined && third === undefined && (
        <Button onClick={() => setOver("compare")}>Compare</Button>
      )}
      <Button disabled={made.length === 0} onClick={() => setOver("report")}>
        Report
      </Button>
      <Button icon="copy" onClick={() => void copyText(selection, "Selection")}>
        Copy selection
      </Button>
      <IconButton icon="close" label="Clear the selection" className="ml-auto" onClick={() => marks.clear()} />
      <Suspense>
        {over === "automation" && <AutomationBulk selection={selection} count={rows.length} onClose={close} />}
        {over === "report" && (
          <ReportSelected
            assets={made.map((row) => ({
              key: catalog.index.keys[row] ?? "",
              isPartitioned: catalog.index.partitionsOf(row) !== null,
            }))}
            onClose={close}
          />
        )}
        {over === "compare" && first !== undefined && second !== undefined && (
          <CompareAssets catalog={catalog} rows={[first, second]} onClose={close} />
        )}
      </Suspense>
    </div>
  );
}
