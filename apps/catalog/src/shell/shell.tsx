import { getRouteApi, Outlet, rootRouteId, useLocation, useNavigate } from "@tanstack/react-router";
import { Fragment, lazy, type ReactNode, Suspense, useCallback, useEffect, useState } from "react";
import { useCatalogState } from "../data/catalog-state.ts";
import { invalidateEverything } from "../data/invalidation.ts";
import { useHotkeys } from "../keyboard/hotkeys.ts";
import { dismissSearchProblems } from "../search/search-problems.ts";
import { useTimeZoneChoice } from "../time-zone/time-zone.ts";
import { FailurePanel } from "../ui/failure-panel.tsx";
import { keepFocus } from "../ui/kept-focus.ts";
import { Skeleton } from "../ui/skeleton.tsx";
import { Toasts } from "../ui/toasts.tsx";
import { Banners } from "./banners.tsx";
import { useDeployment } from "./deployment.ts";
import { OpenPaletteContext } from "./open-palette.ts";
import { PLACES } from "./places.ts";
import { rememberOpened } from "./recent.ts";
import { Rail } from "./rail.tsx";
import { TopBar } from "./top-bar.tsx";

const route = getRouteApi(rootRouteId);

const LaunchDialog = lazy(async () => ({
  default: (await import("../features/launch/launch-dialog.tsx")).LaunchDialog,
}));

const Palette = lazy(async () => ({ default: (await import("./palette.tsx")).Palette }));
const KeyHelp = lazy(async () => ({ default: (await import("./key-help.tsx")).KeyHelp }));

/** What is around every page. */
export function Shell(): ReactNode {
  const deployment = useDeployment();
  const [over, setOver] = useState<"nothing" | "palette" | "help">("nothing");
  // What lies over pages is loaded when it is asked for first, and stays so that it can close.
  const [seen, setSeen] = useState(false);
  if (over !== "nothing" && !seen) setSeen(true);
  const [sought, setSought] = useState("");
  const close = (): void => setOver("nothing");
  const openPalette = useCallback((text: string): void => {
    setSought(text);
    setOver("palette");
  }, []);
  useShellHotkeys({ openPalette: () => openPalette(""), openHelp: () => setOver("help") });
  useLeavePage();
  return (
    <div className="grid h-full grid-cols-[76px_minmax(0,1fr)] grid-rows-[44px_minmax(0,1fr)] max-md:grid-cols-1 max-md:grid-rows-[44px_minmax(0,1fr)_52px]">
      <a href="#main" className="skip-link">
        Skip to content
      </a>
      <div className="col-span-full">
        <TopBar deployment={deployment} onSearch={() => openPalette("")} onHelp={() => setOver("help")} />
      </div>
      <div className="contents max-md:[&>nav]:order-2">
        <Rail />
        <main id="main" tabIndex={-1} className="flex min-h-0 min-w-0 flex-col outline-none">
          <Banners deployment={deployment} />
          <div className="min-h-0 flex-1">
            <OpenPaletteContext value={openPalette}>
              <CatalogGate />
            </OpenPaletteContext>
          </div>
        </main>
      </div>
      {seen && (
        <Suspense>
          <Palette open={over === "palette"} text={sought} onClose={close} />
          <KeyHelp open={over === "help"} onClose={close} />
        </Suspense>
      )}
      <Toasts />
    </div>
  );
}

/** Pages appear once the assets are known: all of them speak of assets by row. */
function CatalogGate(): ReactNode {
  const state = useCatalogState();
  const { launch } = route.useSearch();
  const timeZone = useTimeZoneChoice();
  const [launchSeen, setLaunchSeen] = useState(launch !== undefined);
  if (launch !== undefined && !launchSeen) setLaunchSeen(true);
  if (state.kind === "loading")
    return (
      <>
        <h1 className="sr-only">Heddle</h1>
        <Skeleton label="Reading the assets" lines={8} />
      </>
    );
  if (state.kind === "failed") {
    return (
      <div className="p-4">
        <h1 className="sr-only">Heddle</h1>
        <FailurePanel title="The assets could not be read" error={state.error} />
        <p className="mt-2 text-muted">Trying again every 3 seconds.</p>
      </div>
    );
  }
  return (
    <>
      {/* Another time zone is chosen seldom, and canvases write instants too: the whole page is made anew. */}
      <Fragment key={timeZone}>
        <Outlet />
      </Fragment>
      {launchSeen && (
        <Suspense>
          <LaunchDialog catalog={state.catalog} />
        </Suspense>
      )}
    </>
  );
}

function useShellHotkeys({
  openPalette,
  openHelp,
}: {
  readonly openPalette: () => void;
  readonly openHelp: () => void;
}): void {
  const navigate = useNavigate();
  useHotkeys("Everywhere", [
    { keys: "Mod+k", does: "Go to anything", run: openPalette },
    { keys: "?", does: "This help", run: openHelp },
    ...PLACES.map(({ to, label, key }) => ({ keys: `g ${key}`, does: label, run: () => void navigate({ to }) })),
    { keys: "r", does: "Read everything anew", run: invalidateEverything },
  ]);
}

/** Problems of an address concern the page that was opened with it, and no other; so does what had the focus on it. */
function useLeavePage(): void {
  const { pathname } = useLocation();
  const [first] = useState(pathname);
  useEffect(() => rememberOpened(pathname), [pathname]);
  useEffect(() => {
    if (pathname === first) return;
    dismissSearchProblems();
    keepFocus();
  }, [pathname, first]);
}
