import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Icon } from "../ui/icons.tsx";
import { PopoverButton } from "../ui/popover-button.tsx";
import { useWindowWidth } from "../ui/window-width.ts";
import { PLACES } from "./places.ts";

/** Places that fit beside each other on a phone; when there are more, the last of these is what opens the rest. */
const PHONE_PLACES = 5;

const ENTRY =
  "flex flex-1 flex-col items-center gap-0.5 rounded-md py-1.5 text-2xs max-md:py-1 font-medium text-muted hover:bg-hover hover:text-ink data-[status=active]:bg-pressed data-[status=active]:text-ink md:flex-none";

/** Navigation at the left edge; at the lower edge of a phone. */
export function Rail(): ReactNode {
  const short = useWindowWidth() === "phone" && PLACES.length > PHONE_PLACES;
  const shown = short ? PLACES.slice(0, PHONE_PLACES - 1) : PLACES;
  return (
    <nav
      aria-label="Main"
      className="flex flex-col items-stretch gap-1 overflow-y-auto border-r border-line bg-surface px-1 py-2 max-md:flex-row max-md:border-t max-md:border-r-0 max-md:py-0.5"
    >
      {shown.map(({ to, label, icon }) => (
        <Link key={to} to={to} activeOptions={{ exact: to === "/" }} className={ENTRY}>
          <Icon name={icon} size={18} />
          {label}
        </Link>
      ))}
      {short && <MorePlaces />}
    </nav>
  );
}

function MorePlaces(): ReactNode {
  return (
    <PopoverButton
      trigger={
        <>
          <Icon name="more" size={18} />
          More
        </>
      }
      className={ENTRY}
      title="More pages"
      width="w-56"
    >
      {(close) => (
        <ul className="mt-2 flex flex-col gap-1">
          {PLACES.slice(PHONE_PLACES - 1).map(({ to, label, icon }) => (
            <li key={to}>
              <Link
                to={to}
                onClick={close}
                className="flex h-9 items-center gap-2.5 rounded-md px-2 font-medium hover:bg-hover data-[status=active]:bg-pressed"
              >
                <Icon name={icon} />
                {label}
              </Link>
            </li>
          ))}
        </ul>
      )}
    </PopoverButton>
  );
}
