import { lazy, type ReactNode } from "react";
import { zoneOfInstants } from "../format/instants.ts";
import { cityOf, useTimeZoneChoice } from "../time-zone/time-zone.ts";
import { PopoverButton } from "../ui/popover-button.tsx";
import { STATE_BUTTON } from "./state-button.ts";

const ZoneChoice = lazy(async () => ({ default: (await import("./zone-choice.tsx")).ZoneChoice }));

/** Shows in which time zone instants are written, and chooses another one. */
export function TimeZoneSwitch(): ReactNode {
  // Rendered anew whenever another one is chosen.
  const choice = useTimeZoneChoice();
  return (
    <PopoverButton
      trigger={<span className="max-w-28 truncate">{cityOf(zoneOfInstants())}</span>}
      label={`Time zone: ${zoneOfInstants()}`}
      className={STATE_BUTTON}
      title="Time zone"
      width="w-[340px]"
    >
      <ZoneChoice choice={choice} />
    </PopoverButton>
  );
}
