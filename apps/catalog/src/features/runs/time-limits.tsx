import type { RunDetail } from "@heddle/api";
import type { ReactNode } from "react";
import { GlyphIcon } from "../../status/status-mark.tsx";
import { useNow } from "../../ui/clock.ts";
import { Icon } from "../../ui/icons.tsx";
import { Clock } from "../../ui/instant.tsx";
import { describeLimit, type LimitText } from "./limit-text.ts";

const TONES: Record<LimitText["tone"], string> = {
  calm: "text-muted",
  close: "text-stale-ink",
  exceeded: "text-failed-ink",
};

type TimeLimitsProps = { readonly run: Pick<RunDetail, "limits" | "createdAt" | "startedAt" | "canceledBecause"> };

/** How much is left of a run's limits in time, which of them it has exceeded, and why it was canceled. */
export function TimeLimits({ run }: TimeLimitsProps): ReactNode {
  const { limits, createdAt, startedAt, canceledBecause } = run;
  const now = useNow();
  return (
    <>
      {limits.map((own) => {
        const since = own.limit === "timeout" ? (startedAt ?? createdAt) : createdAt;
        const said = describeLimit(own, { now, since });
        if (said === null) return null;
        return (
          <p key={own.limit} className="mt-1 flex items-center gap-2" title={own.message}>
            <span className={TONES[said.tone]}>
              {said.tone === "exceeded" ? <GlyphIcon glyph="cross" /> : <Icon name="clock" size={12} />}
            </span>
            <span className={said.tone === "calm" ? "text-muted" : ""}>
              {said.text}
              {own.at !== null && (
                <span className="text-muted">
                  {" "}
                  (<Clock at={own.at} />)
                </span>
              )}
            </span>
          </p>
        );
      })}
      {canceledBecause !== null && <p className="mt-1 max-w-4xl text-muted">Canceled: {canceledBecause}</p>}
    </>
  );
}
