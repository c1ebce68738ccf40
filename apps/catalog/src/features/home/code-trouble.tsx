import type { CodeLocationHealth } from "@heddle/api";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { formatCounted } from "../../format/amounts.ts";
import { Ago } from "../../ui/instant.tsx";
import { SourcePlace } from "../../ui/source-place.tsx";
import { TROUBLE_LINK, TroubleLine, TroubleList } from "./trouble-line.tsx";

interface CodeTroubleProps {
  readonly locations: readonly CodeLocationHealth[];
  /** Line that the keyboard is on; -1 for none. */
  readonly active: number;
}

/** Code locations whose newest code does not load: what they serve is older than what was written. */
export function CodeTrouble({ locations, active }: CodeTroubleProps): ReactNode {
  return (
    <TroubleList label="Code that does not load">
      {locations.map((location, i) => (
        <CodeLine key={location.name} location={location} active={i === active} />
      ))}
    </TroubleList>
  );
}

interface CodeLineProps {
  readonly location: CodeLocationHealth;
  readonly active: boolean;
}

function CodeLine({ location, active }: CodeLineProps): ReactNode {
  const { name, problems, codeVersion, loadedAt, assetCount } = location;
  const [first] = problems;
  if (first === undefined) return null;
  return (
    <TroubleLine
      active={active}
      title={
        <Link to="/deployment" search={{ tab: "code" }} className={TROUBLE_LINK}>
          Code of <bdi>{name}</bdi>
        </Link>
      }
      aside={formatCounted(problems.length, "problem")}
    >
      <p className="line-clamp-2 break-words text-muted">
        {first.file !== null && <SourcePlace file={first.file} line={first.line} />}{" "}
        <bdi className="text-ink">{first.message}</bdi>
      </p>
      <p className="text-xs text-muted">
        {codeVersion === null ? (
          "It has never loaded, so none of its assets are known."
        ) : (
          <>
            {formatCounted(assetCount, "asset goes", "assets go")} on with the version
            {loadedAt !== null && (
              <>
                {" "}
                of <Ago at={loadedAt} />
              </>
            )}
            .
          </>
        )}
      </p>
    </TroubleLine>
  );
}
