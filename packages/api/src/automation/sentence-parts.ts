import type { DefinitionsIndex, IndexedAsset, PartitionSpaces } from "@heddle/engine/planning";
import type { SentencePart } from "../contract.ts";

/** Where names in a sentence are looked up. */
export interface NameScope {
  readonly index: DefinitionsIndex;
  readonly spaces: PartitionSpaces;
}

/** Finds assets, and partitions named right behind them, in a sentence that was written for people. */
export function sentenceParts(text: string, { index, spaces }: NameScope): SentencePart[] {
  const parts: SentencePart[] = [];
  let plain = "";
  let asset: IndexedAsset | undefined;
  const add = (part: SentencePart): void => {
    if (plain !== "") parts.push({ kind: "text", text: plain });
    plain = "";
    parts.push(part);
  };
  for (const piece of text.split(/(?<=\s)|(?=\s)/u)) {
    const [, word = "", rest = ""] = /^(.*?)([.,:;]*)$/su.exec(piece) ?? [];
    const named: IndexedAsset | undefined = word === "" ? undefined : index.byKey(word);
    const ordinal =
      asset === undefined || asset.definition.partitions === null ? null : spaces.of(asset).ordinalOf(word);
    if (asset !== undefined && ordinal !== null) {
      add({ kind: "partition", assetKey: asset.key, ordinal, partitionKey: word });
      plain += rest;
    } else if (named !== undefined) {
      add({ kind: "asset", key: named.key });
      plain += rest;
    } else plain += piece;
    if (named !== undefined && rest === "") asset = named;
    else if (piece.trim() !== "") asset = undefined;
  }
  if (plain !== "") parts.push({ kind: "text", text: plain });
  return parts;
}
