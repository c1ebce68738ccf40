import { Popover } from "@base-ui/react/popover";
import { type ReactNode, useState } from "react";
import type { PopoverButtonProps } from "./popover-button.tsx";

/** The button of a popover that was pressed once: it begins open. */
export function LoadedPopover({ trigger, label, className, title, width, children }: PopoverButtonProps): ReactNode {
  const [open, setOpen] = useState(true);
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger className={className} {...(label === undefined ? {} : { "aria-label": label, title: label })}>
        {trigger}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner sideOffset={6} align="end" className="z-50">
          <Popover.Popup className={`popup max-h-[70vh] max-w-[calc(100vw-24px)] overflow-y-auto p-4 ${width}`}>
            <Popover.Title className="text-md font-semibold">{title}</Popover.Title>
            {typeof children === "function" ? children(() => setOpen(false)) : children}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
