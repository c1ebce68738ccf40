import type { RunDetail } from "@heddle/api";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { GlyphIcon } from "../../status/status-mark.tsx";

/** Messages that are told one by one. */
const SHOWN = 3;

/** Says which messages about a run could not be delivered. */
export function RunNotifications({ run }: { readonly run: Pick<RunDetail, "notifications"> }): ReactNode {
  const { notifications } = run;
  const more = notifications.length - SHOWN;
  return (
    <>
      {notifications.slice(0, SHOWN).map(({ messageId, notification, place, state, message }) => (
        <p key={messageId} className="mt-1 flex max-w-4xl items-start gap-2">
          <span className="mt-1 text-stale-ink">
            <GlyphIcon glyph="triangle" />
          </span>
          <span className="min-w-0 break-words">
            The notification{" "}
            <Link to="/deployment" search={{ tab: "notifications", notification }} className="link font-medium">
              {notification}
            </Link>{" "}
            to {place.text} {state === "failed" ? "could not be delivered" : "is not delivered yet"}: {message}
          </span>
        </p>
      ))}
      {more > 0 && <p className="mt-1 text-muted">and {more} more messages that could not be delivered.</p>}
    </>
  );
}
