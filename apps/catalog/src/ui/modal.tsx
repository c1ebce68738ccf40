import { Dialog } from "@base-ui/react/dialog";
import type { ReactNode, RefObject } from "react";
import { IconButton } from "./button.tsx";
import { keepFocus } from "./kept-focus.ts";

interface ModalProps {
  readonly title: string;
  readonly open: boolean;
  readonly onClose: () => void;
  /** Width as a class. */
  readonly width?: string;
  /** Small print beside the title. */
  readonly aside?: ReactNode;
  /** What has the focus when it opens; the first control when left out. */
  readonly initialFocus?: RefObject<HTMLElement | null>;
  readonly children: ReactNode;
}

/** A dialog over the page; Escape and a click beside it close it, and what opened it has the focus again. */
export function Modal({
  title,
  open,
  onClose,
  width = "w-[480px]",
  aside,
  initialFocus,
  children,
}: ModalProps): ReactNode {
  return (
    <Dialog.Root
      open={open}
      onOpenChange={(next) => !next && onClose()}
      // What opened it may be gone with the page that it was on.
      onOpenChangeComplete={(isOpen) => !isOpen && requestAnimationFrame(keepFocus)}
    >
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-scrim" />
        <Dialog.Popup
          {...(initialFocus === undefined ? {} : { initialFocus })}
          className={`popup fixed top-[8vh] left-1/2 z-50 flex max-h-[84vh] max-w-[calc(100vw-32px)] -translate-x-1/2 flex-col ${width}`}
        >
          <div className="flex items-center gap-3 border-b border-line px-4 py-2.5">
            <Dialog.Title className="text-md font-semibold">{title}</Dialog.Title>
            {aside}
            <Dialog.Close render={<IconButton icon="close" label="Close" className="-mr-1.5 ml-auto" />} />
          </div>
          {children}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
