import { lazy, type ReactNode } from "react";
import { cityOf, useTimeZoneChoice, useTimeZoneName } from "../time-zone/time-zone.ts";
import { PopoverButton } from "../ui/popover-button.tsx";
import { STATE_BUTTON } from "./state-button.ts";

const ZoneChoice = lazy(async () => ({ default: (await import("./zone-choice.tsx")).ZoneChoice }));

/** Shows in which time zone instants are written, and chooses another one. */
export function TimeZoneSwitch(): ReactNode {
  // Rendered anew whenever another one is chosen.
  const choice = useTimeZoneChoice();
  const name = useTimeZoneName();
  return (
    <PopoverButton
      trigger={<span className="w-18 truncate text-center">{cityOf(name)}</span>}
      label={`Time zone: ${name}`}
      className={STATE_BUTTON}
      title="Time zone"
      width="w-[340px]"
    >
      <ZoneChoice choice={choice} />
    </PopoverButton>
  );
}
