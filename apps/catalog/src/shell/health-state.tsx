import type { Deployment } from "@heddle/api";
import { lazy, type ReactNode } from "react";
import { type Connection, useConnection } from "../data/catalog-state.ts";
import type { Glyph, Tone } from "../status/status-look.ts";
import { GlyphIcon, TONE_TEXT } from "../status/status-mark.tsx";
import { PopoverButton } from "../ui/popover-button.tsx";
import { describeStandstill } from "./deployment.ts";
import { STATE_BUTTON } from "./state-button.ts";

const HealthTable = lazy(async () => ({ default: (await import("./health-table.tsx")).HealthTable }));

interface Health {
  readonly word: string;
  readonly glyph: Glyph;
  readonly tone: Tone;
}

/** Whether daemon and workers run, and whether this page hears of what they do. */
export function HealthState({ deployment }: { readonly deployment: Deployment }): ReactNode {
  const connection = useConnection();
  const health = summarize(deployment, connection);
  return (
    <PopoverButton
      trigger={
        <>
          <span className={TONE_TEXT[health.tone]}>
            <GlyphIcon glyph={health.glyph} />
          </span>
          {health.word}
        </>
      }
      className={`${STATE_BUTTON} md:min-w-25 md:justify-end`}
      title="Health"
      width="w-[420px]"
    >
      <HealthTable deployment={deployment} connection={connection} />
    </PopoverButton>
  );
}

function summarize(deployment: Deployment, connection: Connection): Health {
  if (connection.kind === "lost") return { word: "offline", glyph: "cross", tone: "failed" };
  if (!deployment.daemon.alive) return { word: "no daemon", glyph: "cross", tone: "failed" };
  if (describeStandstill(deployment) !== null) return { word: "no worker", glyph: "triangle", tone: "stale" };
  if (connection.kind === "connecting") return { word: "connecting", glyph: "dots", tone: "queued" };
  return { word: "live", glyph: "check", tone: "fresh" };
}
