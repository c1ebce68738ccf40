/** Classes of an entry in any menu. */
export const MENU_ITEM =
  "flex h-7 w-full cursor-default items-center gap-2 rounded-sm px-2 text-sm text-ink outline-none select-none data-[highlighted]:bg-hover data-[disabled]:text-faint";
