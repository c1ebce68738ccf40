import type { RunOrigin } from "@heddle/api";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { formatShortInstant } from "../../format/instants.ts";
import { useNow } from "../../ui/clock.ts";
import { describeOrigin, retriedRun, scheduledAt } from "./run-origin.ts";

/** Why a run exists, with the way to what caused it. */
export function RunCause({ origin }: { readonly origin: RunOrigin }): ReactNode {
  const now = useNow();
  const retried = retriedRun(origin);
  if (retried !== null) {
    return (
      <>
        retry of{" "}
        <Link to="/runs/$runId" params={{ runId: String(retried) }} className="link">
          run {retried}
        </Link>
      </>
    );
  }
  const due = scheduledAt(origin);
  const { kind, name } = origin;
  return (
    <>
      {typeof name === "string" && (kind === "schedule" || kind === "sensor") ? (
        <>
          {kind}{" "}
          <Link
            to={kind === "schedule" ? "/automation/schedules/$name" : "/automation/sensors/$name"}
            params={{ name }}
            className="link"
          >
            {name}
          </Link>
        </>
      ) : (
        describeOrigin(origin)
      )}
      {due !== null && <span className="text-muted">, due {formatShortInstant(due, now)}</span>}
    </>
  );
}
