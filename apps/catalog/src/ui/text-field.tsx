import type { ComponentProps, ReactNode } from "react";
import { Icon, type IconName } from "./icons.tsx";

interface TextFieldProps extends ComponentProps<"input"> {
  /** Its name for assistive technology; shown as placeholder when there is none. */
  readonly label: string;
  readonly icon?: IconName;
  readonly onClear?: () => void;
  readonly invalid?: boolean;
}

/** A field of one line with a name, an icon, and a way to empty it. */
export function TextField({
  label,
  icon,
  onClear,
  invalid = false,
  className = "",
  ...rest
}: TextFieldProps): ReactNode {
  const filled = typeof rest.value === "string" && rest.value !== "";
  return (
    <div
      className={`flex h-7 min-w-0 items-center gap-1.5 rounded-md border bg-canvas px-2 focus-within:border-accent focus-within:outline focus-within:outline-1 focus-within:outline-accent ${invalid ? "border-failed" : "border-line-strong"} ${className}`}
    >
      {icon !== undefined && (
        <span className="text-faint">
          <Icon name={icon} size={14} />
        </span>
      )}
      <input
        aria-label={label}
        aria-invalid={invalid}
        placeholder={label}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        className="h-full min-w-0 flex-1 bg-transparent text-sm text-ink outline-none placeholder:text-faint"
        {...rest}
      />
      {onClear !== undefined && filled && (
        <button
          type="button"
          aria-label={`Clear ${label.toLowerCase()}`}
          onClick={onClear}
          className="text-faint hover:text-ink"
        >
          <Icon name="close" size={12} />
        </button>
      )}
    </div>
  );
}
