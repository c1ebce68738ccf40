import { lazy, type ReactNode, Suspense, useId, useState } from "react";
import { Icon } from "../../../ui/icons.tsx";
import { Skeleton } from "../../../ui/skeleton.tsx";

const StoredPreviewView = lazy(async () => ({
  default: (await import("./stored-preview.tsx")).StoredPreviewView,
}));

interface PreviewSectionProps {
  readonly assetKey: string;
  readonly ordinal: number;
  /** A definition that is not in force any more, by its id; left out for the one that is. */
  readonly formerId?: number | undefined;
  /** Run of the materialization that is looked at. */
  readonly runId: number;
}

/** The data of a materialization. It is read when somebody asks for it: stores may be slow, and reading costs. */
export function PreviewSection(props: PreviewSectionProps): ReactNode {
  const [open, setOpen] = useState(false);
  const id = useId();
  return (
    <section aria-label="Data" className="min-w-0 rounded-md border border-line bg-canvas">
      <button
        type="button"
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
        className="flex h-9 w-full items-center gap-2 rounded-md px-3 text-left font-medium hover:bg-hover"
      >
        <span className={`text-faint ${open ? "rotate-90" : ""}`}>
          <Icon name="chevronRight" size={12} />
        </span>
        Data
        {!open && <span className="font-normal text-muted">first rows and what is known of the columns</span>}
      </button>
      <div id={id} hidden={!open} className="border-t border-line [&[hidden]]:hidden">
        {open && (
          <Suspense fallback={<Skeleton label="Reading the data" lines={4} />}>
            <StoredPreviewView {...props} />
          </Suspense>
        )}
      </div>
    </section>
  );
}
