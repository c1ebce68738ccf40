import { listOf, parseObject } from "../search/search-param.ts";

/** The command that tells what a page shows, or does what it is about; `null` where there is none. */
export function commandOf(pathname: string, search: Readonly<Record<string, unknown>>): string | null {
  const launch = textOf(search["launch"]);
  if (launch !== "") {
    return ["heddle materialize", quote(launch), ...launchOptions(search)].join(" ");
  }
  const [place = "", ...rest] = pathname.split("/").filter(Boolean).map(decode);
  const selection = selectionOf(search);
  switch (place) {
    case "":
      return "heddle runs list";
    case "assets":
      if (rest.length > 0) return `heddle assets show ${quote(rest.join("/"))}`;
      return selection === "" ? "heddle assets list" : `heddle assets list ${quote(selection)}`;
    case "lineage":
      return selection === "" ? "heddle assets list" : `heddle assets list ${quote(selection)}`;
    case "runs":
    case "backfills":
      if (rest[0] === undefined) return ["heddle runs list", ...runFilters(search)].join(" ");
      return `heddle runs ${search["tab"] === "logs" ? "logs" : "show"} ${quote(rest[0])}`;
    case "automation":
      return commandOfAutomation(rest, search);
    case "checks":
      return rest.length === 0 ? "heddle assets list" : `heddle assets show ${quote(rest.join("/"))}`;
    case "deployment":
      return DEPLOYMENT_COMMANDS[textOf(search["tab"])] ?? "heddle doctor";
    default:
      return null;
  }
}

/** Attributes by which the table of assets is narrowed beside its selection. */
const FACETS = ["status", "group", "kind", "owner", "tag"] as const;

/** The selection of an address and its facets as one. External assets have no status, so that value is left out. */
function selectionOf(search: Readonly<Record<string, unknown>>): string {
  const own = textOf(search["sel"]);
  const facets = FACETS.flatMap((facet) => {
    const values = (listOf(search[facet]) ?? []).filter((value) => value !== "external");
    if (values.length === 0) return [];
    if (facet !== "tag") return [`${facet}:${values.map(wordOf).join(",")}`];
    const tags = values.map((tag) => `tag:${tag.split("=").map(wordOf).join("=")}`);
    return [tags.length === 1 ? (tags[0] ?? "") : `(${tags.join(" or ")})`];
  });
  if (facets.length === 0) return own;
  return [...(own === "" ? [] : [/\s/u.test(own) ? `(${own})` : own]), ...facets].join(" and ");
}

/** A value as selections take it: in quotes unless it is a plain word. */
function wordOf(value: string): string {
  return /^[\p{L}\p{N}_@./-]+$/u.test(value) ? value : JSON.stringify(value);
}

function runFilters(search: Readonly<Record<string, unknown>>): readonly string[] {
  const statuses = listOf(search["status"]) ?? [];
  const asset = textOf(search["asset"]);
  return [
    // The command takes one.
    ...(statuses.length === 1 ? ["--status", statuses[0] ?? ""] : []),
    ...(asset === "" ? [] : ["--asset", quote(asset)]),
  ];
}

const DEPLOYMENT_COMMANDS: Readonly<Record<string, string>> = {
  pools: "heddle pools list",
  notifications: "heddle notifications list",
};

const AUTOMATION_LISTS: Readonly<Record<string, string>> = {
  sensor: "heddle sensors list",
  condition: "heddle automation list",
};

function commandOfAutomation([kind, ...name]: readonly string[], search: Readonly<Record<string, unknown>>): string {
  if (name.length === 0) return AUTOMATION_LISTS[textOf(search["kind"])] ?? "heddle schedules list";
  if (kind === "conditions") {
    const partition = textOf(search["partition"]);
    return ["heddle why", quote(name.join("/")), ...(partition === "" ? [] : [quote(partition)])].join(" ");
  }
  return `heddle ${kind === "sensors" ? "sensors" : "schedules"} show ${quote(name.join("/"))}`;
}

/** What the launch dialog holds, as options. Partitions of several assets are stated for each. */
function launchOptions(search: Readonly<Record<string, unknown>>): readonly string[] {
  const { each, by, only, tags, config, leave } = search;
  const option = (name: string, value: unknown): readonly string[] =>
    typeof value === "string" || typeof value === "number"
      ? [`--${name}`, quote(String(value).replaceAll("_", "-"))]
      : [];
  const minutes = (name: string, value: unknown): readonly string[] =>
    option(name, value).map((word) => (word.startsWith("--") ? word : `${word}m`));
  const parts = textOf(search["parts"]);
  const named = textOf(by) === "" ? parts : `${textOf(by)}=${parts}`;
  return [
    ...(parts === "" ? [] : ["--partitions", quote(named)]),
    ...entriesOf(each).flatMap(([key, text]) => ["--partitions", quote(`${key}=${String(text)}`)]),
    ...(only === undefined ? [] : ["--only", quote((listOf(only) ?? []).join(","))]),
    ...option("cascade", search["cascade"]),
    ...option("order", search["order"]),
    ...option("chunk", search["chunk"]),
    ...option("overlap", search["overlap"]),
    ...option("concurrency", search["most"]),
    ...option("priority", search["priority"]),
    ...option("reuse", search["reuse"]),
    ...minutes("start-within", search["begin"]),
    ...minutes("timeout", search["take"]),
    ...minutes("deadline", search["within"]),
    ...entriesOf(tags).flatMap(([name, value]) => ["--tag", quote(`${name}=${String(value)}`)]),
    ...(entriesOf(config).length === 0
      ? []
      : ["--config", quote(typeof config === "string" ? config : JSON.stringify(config))]),
    ...(leave === undefined ? [] : ["--leave-out-unreadable"]),
  ];
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  const object = typeof value === "string" ? parseObject(value) : value;
  return typeof object === "object" && object !== null ? Object.entries(object) : [];
}

/** A word as a shell takes it: in quotes unless nothing in it means anything to the shell. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/u.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // Not an encoded text: taken as it stands in the address.
    return segment;
  }
}
