/** A name as an attacker would choose it: markup, and marks that turn the direction of what follows. */
const MARKUP = `<img src=x onerror="document.title='owned'">`;
const BIDI = "invoice \u202egnp.exe\u202c \u2066x";
/** 300 characters without a place to break. */
export const LONG = `long${"0123456789".repeat(29)}tail12`;
/** An asset key may have 255 bytes. */
export const LONG_KEY = `odd/${"abcdefghij".repeat(25)}`;
export const HUB_LEAVES = 2_000;

/**
 * A project of what nobody would write, and somebody will: names with markup, of 300 characters and from right to left, one
 * partition and a million, a hub that two thousand assets read, and a node that nothing knows.
 */
export const ODD_PROJECT: Readonly<Record<string, string>> = {
  "src/definitions.ts": `import { asset, assetCheck, cronPartitions, definitions, fail, schedule, staticPartitions } from "@heddle/core";

const MARKUP = ${JSON.stringify(MARKUP)};
const BIDI = ${JSON.stringify(BIDI)};
const LONG = ${JSON.stringify(LONG)};

const named = asset({
  key: "odd/names",
  description: MARKUP + " " + BIDI + "\\n\\n" + LONG,
  group: LONG,
  owners: [LONG, MARKUP],
  tags: { [LONG.slice(0, 100)]: LONG, markup: MARKUP, bidi: BIDI },
  kinds: [MARKUP, LONG],
  partitions: staticPartitions([MARKUP, BIDI, LONG, "plain"]),
  materialize({ partition, log, metadata: record }) {
    log.info(partition.key);
    record({ [LONG]: LONG, markup: MARKUP, bidi: BIDI });
    if (partition.key === LONG) throw new Error(MARKUP + BIDI + LONG);
    return partition.key;
  },
});
const namedCheck = assetCheck({ name: LONG.slice(0, 100), asset: named, description: MARKUP + LONG, check: () => fail({ message: MARKUP + BIDI + LONG }) });
const marked = asset({ key: "odd/" + MARKUP.replaceAll("/", ""), group: MARKUP, deps: { named }, materialize: () => 1 });
const long = asset({ key: ${JSON.stringify(LONG_KEY)}, group: BIDI, deps: { marked }, materialize: () => 1 });
const single = asset({ key: "strips/one", partitions: staticPartitions(["only"]), materialize: () => 1 });
const million = asset({
  key: "strips/million",
  partitions: cronPartitions({ cron: "* * * * *", start: "2024-01-01T00:00", end: "2025-11-25T10:40", timeZone: "UTC" }),
  materialize: () => undefined,
});
const alone = asset({ key: "alone", group: "alone", materialize: () => 1 });
const hub = asset({ key: "hub/center", materialize: () => 1 });
const leaves = Array.from({ length: ${HUB_LEAVES} }, (_, index) =>
  asset({ key: "hub/leaf_" + String(index).padStart(4, "0"), deps: { hub }, materialize: () => index }));
const nightly = schedule({ name: LONG.slice(0, 100), cron: "0 3 * * *", selection: "key:alone", description: MARKUP + BIDI + LONG });

export default definitions({
  assets: [named, marked, long, single, million, alone, hub, ...leaves],
  checks: [namedCheck],
  schedules: [nightly],
});
`,
};
