import { useNavigate } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { selectionOfKeys } from "../../data/selection-of-keys.ts";
import { copyText } from "../../ui/copy.ts";
import type { AssetAction } from "./asset-menu.tsx";
import type { ScreenPoint } from "./camera.ts";
import type { Scene } from "./scene.ts";
import type { Lineage } from "./use-lineage.ts";

const AssetMenu = lazy(async () => ({ default: (await import("./asset-menu.tsx")).AssetMenu }));

interface AssetMenuContext {
  readonly scene: Scene;
  readonly lineage: Lineage;
  /** Left out where nothing can be launched: in the past. */
  readonly onMaterialize: ((rows: readonly number[]) => void) | undefined;
}

/** The menu of the asset in focus: how it is opened, and what to show while it is. */
export function useAssetMenu(context: AssetMenuContext): {
  readonly open: (node: number, at: ScreenPoint) => void;
  readonly menu: ReactNode;
} {
  const [asked, setAsked] = useState<{ readonly row: number; readonly at: ScreenPoint } | null>(null);
  const navigate = useNavigate({ from: "/lineage" });
  const { scene } = context;
  const key = asked === null ? undefined : scene.index.keys[asked.row];
  return {
    open: (node, at) => setAsked({ row: scene.rows[node] ?? -1, at }),
    menu: asked !== null && key !== undefined && (
      <Suspense>
        <AssetMenu
          assetKey={key}
          at={asked.at}
          actions={actionsOf(asked.row, key, { ...context, navigate })}
          onClose={() => setAsked(null)}
        />
      </Suspense>
    ),
  };
}

interface ActionContext extends AssetMenuContext {
  readonly navigate: ReturnType<typeof useNavigate>;
}

function actionsOf(
  row: number,
  key: string,
  { scene, lineage, onMaterialize, navigate }: ActionContext,
): AssetAction[] {
  const makes = scene.index.external[row] === 0 && onMaterialize !== undefined;
  return [
    ...(makes ? [{ label: "Materialize", hotkey: "m", run: () => onMaterialize([row]) }] : []),
    {
      label: "Open the asset",
      hotkey: "Enter",
      run: () => void navigate({ to: "/assets/$", params: { _splat: key } }),
    },
    { label: "Paths from here…", hotkey: "p", run: () => lineage.change({ path: [key] }) },
    { label: "Columns", hotkey: "c", run: () => lineage.listColumns(key) },
    {
      label: "Show only its neighbours",
      run: () => lineage.showOnly(`1+${selectionOfKeys([key])}+1`),
    },
    { label: "Its runs", run: () => void navigate({ to: "/runs", search: { asset: key } }) },
    { label: "Copy key", run: () => void copyText(key, "Key") },
  ];
}
