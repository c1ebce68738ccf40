import type { ReactNode } from "react";
import { Button } from "./button.tsx";

interface DialogActionsProps {
  /** What the button says that changes nothing. @default "Leave it as it is" */
  readonly leave?: ReactNode;
  readonly onLeave: () => void;
  readonly kind?: "solid" | "danger";
  readonly disabled: boolean;
  /** What the button says that submits the form. */
  readonly children: ReactNode;
}

/** The end of a form in a dialog: the way out, and the button that does it. */
export function DialogActions({
  leave = "Leave it as it is",
  onLeave,
  kind = "solid",
  disabled,
  children,
}: DialogActionsProps): ReactNode {
  return (
    <div className="flex justify-end gap-2">
      <Button kind="ghost" onClick={onLeave}>
        {leave}
      </Button>
      <Button kind={kind} type="submit" disabled={disabled}>
        {children}
      </Button>
    </div>
  );
}
