import type { SourceLocation } from "@heddle/core/internal";
import type { TickRuns, TickSwitch } from "@heddle/api";
import type { ReactNode } from "react";
import { StatusMark } from "../../status/status-mark.tsx";
import { IconButton } from "../../ui/button.tsx";
import { copyText } from "../../ui/copy.ts";
import { Ago } from "../../ui/instant.tsx";
import { type AutomationRow, LOOK_OF_STATE } from "./automation-rows.ts";

interface OwnerHeaderProps {
  readonly row: AutomationRow;
  readonly description: string | null;
  /** The same for the command line. */
  readonly command: string;
  readonly actions: ReactNode;
}

/** What it is, in which state, and who has switched it last. */
export function OwnerHeader({ row, description, command, actions }: OwnerHeaderProps): ReactNode {
  return (
    <div className="border-b border-line px-4 pt-3 pb-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <h1 className="min-w-0 truncate text-xl font-semibold tracking-[-0.01em]" title={row.name}>
          {row.name}
        </h1>
        <StatusMark look={LOOK_OF_STATE[row.state]} />
        <div className="ml-auto flex flex-wrap items-center gap-2 max-md:ml-0">
          <IconButton
            icon="copy"
            label={`Copy for the command line: ${command}`}
            onClick={() => void copyText(command, "Command")}
          />
          {actions}
        </div>
      </div>
      {row.switched !== null && <Switched switched={row.switched} off={row.state === "off"} />}
      {description !== null && <p className="mt-1 max-w-4xl">{description}</p>}
    </div>
  );
}

function Switched({ switched, off }: { readonly switched: TickSwitch; readonly off: boolean }): ReactNode {
  const { at, actor, reason } = switched;
  return (
    <p className="mt-1 text-muted">
      Turned {off ? "off" : "on"} <Ago at={at} />
      {actor !== null && ` by ${actor}`}
      {reason !== null && `: ${reason}`}
    </p>
  );
}

/** Facts as name and value. */
export function Facts({
  facts,
}: {
  readonly facts: readonly (readonly [name: string, value: ReactNode])[];
}): ReactNode {
  return (
    <dl className="grid grid-cols-[minmax(88px,auto)_minmax(0,1fr)] gap-x-4 gap-y-1.5">
      {facts.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-muted">{name}</dt>
          <dd className="min-w-0 break-words">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What its runs are like, as facts. */
export function factsOfRuns({
  assets,
  checks,
  partitions,
  tags,
  priority,
}: TickRuns): (readonly [string, ReactNode])[] {
  return [
    [checks === null ? "makes" : "checks", describeWork({ assets, checks })],
    ["partitions", describePartitions(partitions)],
    ...(priority === 0 ? [] : [["priority", String(priority)] as const]),
    ...(Object.keys(tags).length === 0
      ? []
      : [
          [
            "tags",
            Object.entries(tags)
              .map(([name, value]) => `${name}=${value}`)
              .join(", "),
          ] as const,
        ]),
  ];
}

function describeWork({ assets, checks }: Pick<TickRuns, "assets" | "checks">): string {
  if (checks !== null && checks !== "all") {
    return Object.entries(checks)
      .map(([key, names]) => `${names.join(", ")} of ${key}`)
      .join("; ");
  }
  if (assets === null) return "what each tick says";
  const chosen = "keys" in assets ? assets.keys.join(", ") : assets.selection;
  return checks === null ? chosen : `${chosen}, on what is stored`;
}

function describePartitions(partitions: TickRuns["partitions"]): string {
  if (partitions === null) return "the newest window, else all";
  switch (partitions.kind) {
    case "latest":
      return "the newest window";
    case "ended":
      return "every window since the last tick";
    case "text":
      return partitions.text;
    case "keys":
      return partitions.keys.join(", ");
    default:
      return "as each tick says";
  }
}

/** Where it is declared. */
export function sourceFact(source: SourceLocation | null): (readonly [string, ReactNode])[] {
  return source === null
    ? []
    : [["source", <code key="source" className="font-mono text-xs break-all">{`${source.file}:${source.line}`}</code>]];
}
