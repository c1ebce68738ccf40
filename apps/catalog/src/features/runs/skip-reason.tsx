import type { SkipCause } from "@heddle/api";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

const WHAT_HAPPENED: Record<SkipCause["status"], string> = {
  failed: "failed",
  canceled: "was canceled",
  skipped: "was skipped as well",
  fresh: "is up to date",
};

/** Why a step was skipped, with the way to the step that stopped it. */
export function SkipReason({ cause }: { readonly cause: SkipCause | null }): ReactNode {
  if (cause === null) return <p>It did not begin because something that it reads was not made.</p>;
  if (cause.status === "fresh") {
    return <p>It was skipped because it is up to date: its code and the data that it reads have not changed.</p>;
  }
  return (
    <p>
      It did not begin because{" "}
      <Link to="/assets/$" params={{ _splat: cause.asset.key }} search={{ partition: cause.ordinal }} className="link">
        {cause.asset.key}
        {cause.partitionKey !== "" && ` ${cause.partitionKey}`}
      </Link>{" "}
      {WHAT_HAPPENED[cause.status]}.
    </p>
  );
}
