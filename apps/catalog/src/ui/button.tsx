import type { ComponentProps, ReactNode } from "react";
import { Icon, type IconName } from "./icons.tsx";

const BASE =
  "inline-flex h-7 shrink-0 items-center justify-center gap-1.5 rounded-md text-sm font-medium whitespace-nowrap transition-colors duration-100 disabled:pointer-events-none disabled:opacity-50";

const KINDS = {
  /** The one action that the page is about. */
  solid: "bg-solid px-3 text-solid-ink hover:opacity-90",
  /** Any other action. */
  outline: "border border-line-strong px-2.5 text-ink hover:bg-hover active:bg-pressed",
  /** An action among many, or inside something with a border of its own. */
  ghost: "px-2 text-muted hover:bg-hover hover:text-ink active:bg-pressed",
  /** Ends or destroys something. */
  danger: "border border-failed px-2.5 text-failed-ink hover:bg-failed-soft",
} as const;

export type ButtonKind = keyof typeof KINDS;

interface ButtonProps extends ComponentProps<"button"> {
  readonly kind?: ButtonKind;
  readonly icon?: IconName;
}

/** A button with a text, and perhaps an icon before it. */
export function Button({ kind = "outline", icon, className = "", children, ...rest }: ButtonProps): ReactNode {
  return (
    <button type="button" className={`${BASE} ${KINDS[kind]} ${className}`} {...rest}>
      {icon !== undefined && <Icon name={icon} size={14} />}
      {children}
    </button>
  );
}

interface IconButtonProps extends Omit<ComponentProps<"button">, "children"> {
  readonly icon: IconName;
  /** Its name, and its tooltip. */
  readonly label: string;
  readonly bordered?: boolean;
}

/** A square button of one icon. */
export function IconButton({ icon, label, bordered = false, className = "", ...rest }: IconButtonProps): ReactNode {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={`inline-flex size-7 shrink-0 items-center justify-center rounded-md text-muted transition-colors duration-100 hover:bg-hover hover:text-ink active:bg-pressed disabled:pointer-events-none disabled:opacity-40 aria-pressed:bg-pressed aria-pressed:text-ink ${bordered ? "border border-line-strong" : ""} ${className}`}
      {...rest}
    >
      <Icon name={icon} size={15} />
    </button>
  );
}

/** A key as it is written in help and on buttons. */
export function Key({ children }: { readonly children: ReactNode }): ReactNode {
  return (
    <kbd className="inline-flex h-[18px] min-w-[18px] items-center justify-center rounded-sm border border-line-strong px-1 font-sans text-2xs text-muted">
      {children}
    </kbd>
  );
}
