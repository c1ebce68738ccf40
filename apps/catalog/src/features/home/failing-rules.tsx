import type { AttentionRule } from "@heddle/api";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { formatCount } from "../../format/amounts.ts";
import { Ago } from "../../ui/instant.tsx";
import { TROUBLE_LINK, TroubleLine, TroubleList } from "./trouble-line.tsx";

interface FailingRulesProps {
  readonly rules: readonly AttentionRule[];
  /** Line that the keyboard is on; -1 for none. */
  readonly active: number;
}

/** Schedules and sensors whose last tick failed: what they would ask for is not made. */
export function FailingRules({ rules, active }: FailingRulesProps): ReactNode {
  return (
    <TroubleList label="Schedules and sensors that fail">
      {rules.map(({ kind, name, at, failures, message }, i) => (
        <TroubleLine
          key={`${kind} ${name}`}
          active={i === active}
          title={
            <Link
              to={kind === "schedule" ? "/automation/schedules/$name" : "/automation/sensors/$name"}
              params={{ name }}
              title={name}
              className={TROUBLE_LINK}
            >
              {kind === "schedule" ? "Schedule" : "Sensor"} <bdi>{name}</bdi>
            </Link>
          }
          aside={
            <>
              {failures > 1 && `failed ${formatCount(failures)} times, `}
              <Ago at={at} />
            </>
          }
        >
          <p className="line-clamp-2 break-words text-muted">
            {message === "" ? "Its last tick failed." : <bdi className="text-ink">{message}</bdi>}
          </p>
        </TroubleLine>
      ))}
    </TroubleList>
  );
}
