import type { AssetDetail } from "@heddle/api";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { Icon } from "../../../ui/icons.tsx";
import { PopoverButton } from "../../../ui/popover-button.tsx";
import type { ManualAction } from "./asset-menu.tsx";

const AssetMenu = lazy(async () => ({ default: (await import("./asset-menu.tsx")).AssetMenu }));
const ReportDialog = lazy(async () => ({ default: (await import("./report-dialog.tsx")).ReportDialog }));
const WipeDialog = lazy(async () => ({ default: (await import("./wipe-dialog.tsx")).WipeDialog }));
const PauseDialog = lazy(async () => ({ default: (await import("./pause-dialog.tsx")).PauseDialog }));

/** The menu of what is done by hand and rarely, and the dialogs that it opens. */
export function ManualActions({ detail }: { readonly detail: AssetDetail }): ReactNode {
  const [action, setAction] = useState<ManualAction | null>(null);
  const close = (): void => setAction(null);
  return (
    <>
      <PopoverButton
        trigger={<Icon name="more" size={15} />}
        label="More actions"
        title="By hand"
        width="w-72"
        className="inline-flex size-7 shrink-0 items-center justify-center rounded-md border border-line-strong text-muted hover:bg-hover hover:text-ink"
      >
        {(closeMenu) => (
          <Suspense>
            <AssetMenu
              detail={detail}
              onChoose={(chosen) => {
                closeMenu();
                setAction(chosen);
              }}
            />
          </Suspense>
        )}
      </PopoverButton>
      {action !== null && (
        <Suspense>
          {action === "report" && <ReportDialog detail={detail} onClose={close} />}
          {action === "wipe" && <WipeDialog detail={detail} onClose={close} />}
          {action === "automation" && <PauseDialog detail={detail} onClose={close} />}
        </Suspense>
      )}
    </>
  );
}
