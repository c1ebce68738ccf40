import { type ReactNode, useState } from "react";
import { formatFullInstant, formatOffset, zoneOfInstants } from "../format/instants.ts";
import { allTimeZones, findTimeZones } from "../time-zone/find-time-zones.ts";
import { chooseTimeZone } from "../time-zone/time-zone.ts";
import { useNow } from "../ui/clock.ts";
import { TextField } from "../ui/text-field.tsx";

/** Zones listed at once: as many as can be taken in before another letter narrows them. */
const LISTED = 8;

/** Chooses the time zone that instants are written in: that of the browser, UTC, or any other by its name. */
export function ZoneChoice({ choice }: { readonly choice: string }): ReactNode {
  const [text, setText] = useState("");
  const [zones] = useState(allTimeZones);
  const now = useNow();
  const found = findTimeZones(zones, text);
  const browserZone = new Intl.DateTimeFormat("en").resolvedOptions().timeZone;
  const offered = text.trim() === "" ? ["UTC", ...(choice === "browser" || choice === "UTC" ? [] : [choice])] : found;
  return (
    <>
      <p className="mt-1 text-muted">
        It is now {formatFullInstant(now)}. Partitions keep the zone of their definition.
      </p>
      <TextField
        label="Find a time zone"
        icon="search"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onClear={() => setText("")}
        className="mt-3"
      />
      <div role="radiogroup" aria-label="Time zone" className="mt-2 flex flex-col">
        {text.trim() === "" && (
          <ZoneOption
            chosen={choice === "browser"}
            name="As the browser"
            aside={browserZone}
            onChoose={() => chooseTimeZone("browser")}
          />
        )}
        {offered.slice(0, LISTED).map((zone) => (
          <ZoneOption
            key={zone}
            chosen={choice === zone}
            name={zone.replaceAll("_", " ")}
            aside={zone === zoneOfInstants() ? formatOffset(now) : ""}
            onChoose={() => chooseTimeZone(zone)}
          />
        ))}
      </div>
      {offered.length > LISTED && (
        <p className="mt-1 px-2 text-2xs text-muted">{offered.length - LISTED} more: type another letter</p>
      )}
      {offered.length === 0 && <p className="mt-1 px-2 text-muted">No time zone has this name.</p>}
    </>
  );
}

interface ZoneOptionProps {
  readonly chosen: boolean;
  readonly name: string;
  readonly aside: string;
  readonly onChoose: () => void;
}

function ZoneOption({ chosen, name, aside, onChoose }: ZoneOptionProps): ReactNode {
  return (
    <label className="flex h-8 items-center gap-2.5 rounded-sm px-2 hover:bg-hover has-checked:font-medium">
      <input
        type="radio"
        name="time-zone"
        checked={chosen}
        onChange={onChoose}
        className="size-3.5 shrink-0 accent-[var(--accent)]"
      />
      <span className="truncate">{name}</span>
      <span className="ml-auto text-xs font-normal text-muted">{aside}</span>
    </label>
  );
}
