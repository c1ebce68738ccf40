import { type AssetStanding, partitionKeyOf, type PartitionSpaces } from "@heddle/engine/planning";
import type { SentencePart } from "../contract.ts";
import type { DirectCause, PartitionPlace, StaleCauses } from "./stale-causes.ts";

type Sentence = readonly SentencePart[];

/** What the sentences are made from. */
export interface StaleFacts {
  readonly standing: AssetStanding;
  readonly stale: StaleCauses | null;
  readonly spaces: PartitionSpaces;
}

/** Judging follows what happens within a moment; what is older than this is worth a word. */
const LAG_MS = 15_000;

const text = (words: string): SentencePart => ({ kind: "text", text: words });

/** Says how many partitions of an asset are stale and why, with an example of each reason. */
export function explainStaleness(
  facts: StaleFacts & { readonly staleAsOf: Date | null; readonly now: number },
): Sentence[] {
  const { standing, stale, staleAsOf, now } = facts;
  const isSingle = standing.asset.definition.partitions === null;
  const sentences = isSingle ? explainOneStale(facts) : stale === null ? [] : explainGroups(stale, facts);
  const isBehind = staleAsOf !== null && now - staleAsOf.getTime() > LAG_MS && !standing.sets.materialized.isEmpty;
  if (!isBehind) return sentences;
  const at: SentencePart = { kind: "instant", at: staleAsOf.getTime() };
  return [...sentences, [text("What is stale is judged up to "), at, text(" only.")]];
}

/** Says why one partition is stale, or the only one. */
export function explainOneStale({ standing, stale, spaces }: StaleFacts): Sentence[] {
  if (standing.staleBecause.length > 0) return standing.staleBecause.map(explainNow);
  if (stale === null) return [];
  const { code, inputs, inherited } = stale;
  const sentences: Sentence[] = [];
  const direct = code?.cause ?? inputs?.cause;
  if (direct !== undefined) sentences.push([text("Stale: "), ...causeOfOne(direct, spaces), text(".")]);
  if (inherited !== null) {
    const rest = inherited.root === null ? [] : [text(": "), ...rootOf(inherited.root, inherited.cause, spaces)];
    sentences.push([text("Stale: it reads what is stale itself"), ...rest, text(".")]);
  }
  return sentences;
}

function explainNow(reason: AssetStanding["staleBecause"][number]): Sentence {
  if (reason.kind === "code") return [text("Stale: its code has changed since it was materialized.")];
  return [
    text("Stale: "),
    { kind: "asset", key: reason.key },
    text(" was materialized after it, at "),
    { kind: "instant", at: reason.at.getTime() },
    text("."),
  ];
}

function explainGroups({ code, inputs, inherited }: StaleCauses, { standing, spaces }: StaleFacts): Sentence[] {
  const areStale = (
    { count, example }: { readonly count: number; readonly example: number },
    why: string,
  ): Sentence => {
    const one = partition({ asset: standing.asset, ordinal: example }, spaces);
    if (count === 1) return [text("1 partition, "), one, text(`, is stale: ${why}`)];
    return [text(`${count.toLocaleString("en")} partitions are stale: ${why}, such as `), one];
  };
  const sentences: Sentence[] = [];
  if (code !== null) {
    const what = code.cause.kind === "deps" ? "what it reads has been declared otherwise" : "its code has changed";
    sentences.push([...areStale(code, `${what} since`), text(".")]);
  }
  if (inputs !== null) {
    const { cause, count } = inputs;
    const words = count === 1 ? "an input has" : "inputs have";
    sentences.push([
      ...areStale(inputs, `${words} come out different since`),
      ...(cause.kind === "input" && cause.upstream !== null
        ? [text(", which reads "), ...named(cause.upstream, spaces), ...madeAt(cause.at)]
        : []),
      text("."),
    ]);
  }
  if (inherited !== null) {
    const { root, cause, count } = inherited;
    sentences.push([
      ...areStale(inherited, `what ${count === 1 ? "it reads" : "they read"} is stale itself`),
      ...(root === null ? [] : [text("; it goes back to "), ...rootOf(root, cause, spaces)]),
      text("."),
    ]);
  }
  return sentences;
}

function partition({ asset, ordinal }: PartitionPlace, spaces: PartitionSpaces): SentencePart {
  const partitionKey = partitionKeyOf(spaces.of(asset), ordinal);
  return { kind: "partition", assetKey: asset.key, ordinal, partitionKey };
}

/** A partition of another asset: the asset, and which of its partitions if it has any. */
function named(place: PartitionPlace, spaces: PartitionSpaces): Sentence {
  const asset: SentencePart = { kind: "asset", key: place.asset.key };
  return place.asset.definition.partitions === null ? [asset] : [asset, text(" "), partition(place, spaces)];
}

function madeAt(at: Date | null): Sentence {
  return at === null ? [] : [text(", made again at "), { kind: "instant", at: at.getTime() }];
}

function causeOfOne(cause: DirectCause, spaces: PartitionSpaces): Sentence {
  if (cause.kind === "code") return [text("its code has changed since it was materialized")];
  if (cause.kind === "deps") return [text("what it reads has been declared otherwise since it was materialized")];
  if (cause.upstream === null) return [text("an input has come out different since")];
  return [text("it reads "), ...named(cause.upstream, spaces), ...madeAt(cause.at)];
}

function rootOf(root: PartitionPlace, cause: DirectCause | null, spaces: PartitionSpaces): Sentence {
  const name = named(root, spaces);
  if (cause === null) return name;
  if (cause.kind === "code") return [...name, text(", whose code has changed")];
  if (cause.kind === "deps") return [...name, text(", whose dependencies have changed")];
  if (cause.upstream === null) return [...name, text(", of which an input has come out different")];
  return [...name, text(", which reads "), ...named(cause.upstream, spaces), ...madeAt(cause.at)];
}
