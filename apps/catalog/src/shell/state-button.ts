/** Classes of the small buttons in the top bar that tell a state and open what is behind it. */
export const STATE_BUTTON =
  "inline-flex h-7 shrink-0 items-center justify-center whitespace-nowrap gap-1.5 rounded-md px-2 text-xs font-medium text-muted hover:bg-hover hover:text-ink data-[popup-open]:bg-pressed";
