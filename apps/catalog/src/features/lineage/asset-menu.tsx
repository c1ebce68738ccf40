import { Menu } from "@base-ui/react/menu";
import type { ReactNode } from "react";
import type { ScreenPoint } from "./camera.ts";

/** Something that can be done with an asset. */
export interface AssetAction {
  readonly label: string;
  /** The key that does the same for the asset in focus. */
  readonly hotkey?: string;
  readonly run: () => void;
}

interface AssetMenuProps {
  readonly assetKey: string;
  /** Where it opens, in the window. */
  readonly at: ScreenPoint;
  readonly actions: readonly AssetAction[];
  readonly onClose: () => void;
}

/** What can be done with an asset of the picture. */
export function AssetMenu({ assetKey, at, actions, onClose }: AssetMenuProps): ReactNode {
  const anchor = { getBoundingClientRect: () => new DOMRect(at.x, at.y, 0, 0) };
  return (
    <Menu.Root open onOpenChange={(open) => !open && onClose()}>
      {/* Within the page's landmark, as the picture is. */}
      <Menu.Portal container={document.getElementById("main")}>
        <Menu.Positioner anchor={anchor} side="bottom" align="start" sideOffset={4} className="z-50">
          <Menu.Popup aria-label={`Actions for ${assetKey}`} className="popup w-60 p-1 outline-none">
            <p className="truncate px-2 py-1 text-xs text-muted" title={assetKey}>
              {assetKey}
            </p>
            {actions.map(({ label, hotkey, run }) => (
              <Menu.Item
                key={label}
                onClick={run}
                className="flex h-7 cursor-default items-center rounded-sm px-2 outline-none data-highlighted:bg-hover"
              >
                {label}
                {hotkey !== undefined && (
                  <kbd aria-hidden className="ml-auto font-sans text-2xs text-muted">
                    {hotkey}
                  </kbd>
                )}
              </Menu.Item>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
