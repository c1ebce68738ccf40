import type { RunOrigin } from "@heddle/api";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { formatCounted } from "../../format/amounts.ts";
import { formatShortInstant } from "../../format/instants.ts";
import { useNow } from "../../ui/clock.ts";
import { describeOrigin, evaluationsOf, retriedRun, scheduledAt } from "./run-origin.ts";

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
  const evaluations = evaluationsOf(origin);
  if (evaluations.length > 0) return <ConditionCause evaluations={evaluations} />;
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

/** The first condition that asked for a run leads to the evaluation that did; the others are counted. */
function ConditionCause({ evaluations }: { readonly evaluations: ReturnType<typeof evaluationsOf> }): ReactNode {
  const [first, ...more] = evaluations;
  if (first === undefined) return null;
  return (
    <>
      condition of{" "}
      <Link
        to="/automation/conditions/$"
        params={{ _splat: first.key }}
        search={{ evaluation: first.id }}
        className="link"
      >
        {first.key}
      </Link>
      {more.length > 0 && (
        <span title={more.map(({ key }) => key).join("\n")}> and {formatCounted(more.length, "more", "more")}</span>
      )}
    </>
  );
}
