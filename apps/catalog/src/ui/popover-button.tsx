import { lazy, type ReactNode, Suspense, useState } from "react";

const LoadedPopover = lazy(async () => ({ default: (await import("./loaded-popover.tsx")).LoadedPopover }));

export interface PopoverButtonProps {
  /** What the button shows. */
  readonly trigger: ReactNode;
  /** Its name, where what it shows is no text. */
  readonly label?: string;
  readonly className: string;
  readonly title: string;
  /** Width of what it opens, as a class. */
  readonly width: string;
  /** What it holds; a function gets how to close it. */
  readonly children: ReactNode | ((close: () => void) => ReactNode);
}

/** A button that opens a small window beside itself; what that takes is loaded when it is pressed first. */
export function PopoverButton(props: PopoverButtonProps): ReactNode {
  const [wanted, setWanted] = useState(false);
  const { trigger, label, className } = props;
  const button = (
    <button
      type="button"
      aria-haspopup="dialog"
      aria-expanded={false}
      {...(label === undefined ? {} : { "aria-label": label, title: label })}
      className={className}
      onClick={() => setWanted(true)}
    >
      {trigger}
    </button>
  );
  if (!wanted) return button;
  return (
    <Suspense fallback={button}>
      <LoadedPopover {...props} />
    </Suspense>
  );
}
