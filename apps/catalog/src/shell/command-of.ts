/** The command that tells what a page shows, or does what it is about; `null` where there is none. */
export function commandOf(pathname: string, search: Readonly<Record<string, unknown>>): string | null {
  const launch = textOf(search["launch"]);
  if (launch !== "") {
    const parts = textOf(search["parts"]);
    const only = search["only"];
    return [
      "heddle materialize",
      quote(launch),
      ...(parts === "" ? [] : ["--partitions", quote(parts)]),
      ...(Array.isArray(only) ? ["--only", quote(only.join(","))] : []),
    ].join(" ");
  }
  const [place = "", ...rest] = pathname.split("/").filter(Boolean).map(decode);
  const selection = textOf(search["sel"]);
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
      return rest[0] === undefined ? "heddle runs list" : `heddle runs show ${quote(rest[0])}`;
    case "automation":
      if (rest[0] === "sensors") return `heddle sensors show ${quote(rest[1] ?? "")}`;
      return rest[1] === undefined ? "heddle schedules list" : `heddle schedules show ${quote(rest[1])}`;
    default:
      return null;
  }
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
