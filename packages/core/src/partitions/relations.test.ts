import fc from "fast-check";
import { expect, test } from "vitest";
import { expectRelation, one, spread } from "../../test/expect-relation.ts";
import { customMapping } from "./custom-mapping.ts";
import type { DimensionMappingSpec, MappingSpec } from "./mapping-spec.ts";
import { canBeNumbered } from "./dimension-layout.ts";
import { numberPartitions } from "./number-partitions.ts";
import type { PartitionSpace } from "./partition-space.ts";
import type { MultiPartitionsSpec, PartitionsSpec } from "./partitions-spec.ts";
import { resolveMapping } from "./resolve-mapping.ts";
import { resolvePartitions } from "./resolve-partitions.ts";
import {
  cronPartitions,
  dailyPartitions,
  hourlyPartitions,
  monthlyPartitions,
  weeklyPartitions,
} from "./time-partitions.ts";

/*
 * Every kind of mapping between every kind of definition: numbered against random histories, with removed dynamic keys,
 * with exclusions and in zones whose clocks change. What a mapping says is compared with a slow reading of its rule.
 */

const NOW = Date.parse("2012-01-20T05:00Z");
const POOL = ["a", "b", "c", "d", "e|f", "g,h", "i..j", "__proto__"];
const DYNAMIC: { readonly [name: string]: readonly (string | null)[] } = {
  users: ["a", null, "b", "e|f", null, "z"],
  teams: ["b", "a", "zz"],
};
const resolve = (spec: PartitionsSpec | null): PartitionSpace =>
  resolvePartitions(spec, { now: NOW, dynamicKeys: (name) => DYNAMIC[name] ?? [] });

const keys = fc.uniqueArray(fc.constantFrom(...POOL), { minLength: 1, maxLength: 6 });
/** Fixed keys, numbered against another list that they once were. */
const fixed = fc.tuple(keys, keys).map(([before, now]): PartitionsSpec => {
  const { numbering } = numberPartitions({ kind: "static", keys: before }, null);
  return numberPartitions({ kind: "static", keys: now }, numbering).spec ?? { kind: "static", keys: now };
});
const dynamic = fc.constantFrom("users", "teams").map((name): PartitionsSpec => ({ kind: "dynamic", name }));
const timed = fc
  .record({
    start: fc.constantFrom("2011-12-25", "2012-01-03T05:00"),
    end: fc.constantFrom(undefined, "2012-01-17"),
    endOffset: fc.constantFrom(-1, 0, 2),
    timeZone: fc.constantFrom("UTC", "Pacific/Apia", "America/Sao_Paulo"),
    hourOffset: fc.constantFrom(0, 6),
    exclusions: fc.constantFrom([], ["0 0 * * 0,6"], ["2011-12-28..2012-01-02"], ["2012-01-05", "* 3 * * *"]),
    cron: fc.constantFrom("0 6,18 * * *", "0 9 * * 1-5"),
    factory: fc.constantFrom(
      dailyPartitions,
      dailyPartitions,
      hourlyPartitions,
      weeklyPartitions,
      monthlyPartitions,
      null,
    ),
  })
  .map(({ factory, cron, ...options }): PartitionsSpec =>
    factory === null ? cronPartitions({ ...options, cron }).spec : factory({ ...options, dayOffset: 1 }).spec,
  );
const leaf = fc.oneof(fixed, fixed, dynamic, timed);

/** Any mapping that fits two definitions without dimensions. */
function leafMapping(upstream: PartitionsSpec, downstream: PartitionsSpec): fc.Arbitrary<MappingSpec> {
  const [up, down] = [resolve(upstream), resolve(downstream)];
  const keysOf = (space: PartitionSpace): string[] =>
    spread(space.all, 20).map((ordinal) => space.keyOf(ordinal) ?? "");
  const [upKeys, downKeys] = [keysOf(up), keysOf(down)];
  const some = fc.subarray(upstream.kind === "dynamic" ? [...upKeys, "to come"] : upKeys);
  const listed = fc
    .array(fc.tuple(fc.constantFrom(...downKeys, ...(downKeys.length === 0 ? [""] : [])), some), { maxLength: 12 })
    .map((entries) => Object.fromEntries(downKeys.length === 0 ? [] : entries));
  const kinds: fc.Arbitrary<MappingSpec>[] = [
    fc.constantFrom<MappingSpec>({ kind: "all" }, { kind: "first" }, { kind: "last" }),
    some.map((list): MappingSpec => ({ kind: "specific", keys: list })),
    listed.map((entries): MappingSpec => ({ kind: "static", keys: entries })),
  ];
  const isTimed = upstream.kind === "time-window" && downstream.kind === "time-window";
  if (isTimed || (upstream.kind !== "time-window" && downstream.kind !== "time-window")) {
    kinds.push(fc.constant({ kind: "identity" }));
  }
  const offset = fc.tuple(fc.integer({ min: -4, max: 2 }), fc.nat({ max: 3 }), fc.boolean());
  const windows = offset.map(([startOffset, length, allowNonexistent]): MappingSpec => {
    return { kind: "time-window", startOffset, endOffset: startOffset + length, allowNonexistent };
  });
  if (isTimed) kinds.push(windows);
  const isSameList =
    upstream.kind === "static" &&
    downstream.kind === "static" &&
    upstream.keys.join("\n") === downstream.keys.join("\n");
  if (isSameList) kinds.push(windows, windows);
  if (downstream.kind !== "dynamic") {
    kinds.push(
      listed.map((entries) => {
        const mapping = customMapping((key) => (Object.hasOwn(entries, key) ? (entries[key] ?? []) : []));
        return mapping.complete!({ upstream, downstream, now: NOW });
      }),
    );
  }
  return fc.oneof(...kinds);
}

interface Case {
  readonly upstream: PartitionsSpec;
  readonly downstream: PartitionsSpec;
  readonly mapping: MappingSpec;
}

const pair = fc.oneof(
  fc.tuple(leaf, leaf),
  leaf.map((both) => [both, both] as const),
  // The same keys on both sides, numbered against different histories.
  fc.tuple(keys, keys, keys).map(([now, ...before]) => {
    const [up, down] = before.map((earlier) => {
      const { numbering } = numberPartitions({ kind: "static", keys: earlier }, null);
      return numberPartitions({ kind: "static", keys: now }, numbering).spec;
    });
    const plain: PartitionsSpec = { kind: "static", keys: now };
    return [up ?? plain, down ?? plain] as const;
  }),
);
const leafCase = pair.chain(([upstream, downstream]) =>
  leafMapping(upstream, downstream).map((mapping): Case => ({ upstream, downstream, mapping })),
);

/** Several dimensions on one side or on both, each dimension mapped in its own way or not at all. */
const multiCase = fc
  .tuple(
    fc.array(fc.tuple(pair, fc.constantFrom("both", "both", "up", "down")), { minLength: 1, maxLength: 2 }),
    leaf,
    fc.boolean(),
  )
  .filter(([pairs]) => pairs.some(([, side]) => side !== "down") && pairs.some(([, side]) => side !== "up"))
  .chain(([pairs, extra, hasExtra]): fc.Arbitrary<Case | null> => {
    const upDimensions = pairs.flatMap(([[up], side], at) =>
      side === "down" ? [] : [{ name: `u${at}`, partitions: up }],
    );
    const downDimensions = pairs.flatMap(([[, down], side], at) =>
      side === "up" ? [] : [{ name: `d${at}`, partitions: down }],
    );
    const upstream: MultiPartitionsSpec = {
      kind: "multi",
      dimensions: [...upDimensions, ...(hasExtra ? [{ name: "x", partitions: extra }] : [])],
    };
    const downstream: MultiPartitionsSpec = { kind: "multi", dimensions: downDimensions };
    const mapped = pairs.flatMap(([[up, down], side], at) =>
      side === "both"
        ? [
            leafMapping(up, down).map((mapping): DimensionMappingSpec => ({
              upstream: `u${at}`,
              downstream: `d${at}`,
              mapping,
            })),
          ]
        : [],
    );
    if (![upstream, downstream].every(({ dimensions }) => canBeNumbered(dimensions))) return fc.constant(null);
    return fc.tuple(...mapped).map((dimensions): Case => ({
      upstream: numbered(upstream),
      downstream: numbered(downstream),
      mapping: { kind: "multi", dimensions },
    }));
  })
  .filter((each) => each !== null);

function numbered(spec: MultiPartitionsSpec): PartitionsSpec {
  return spec.dimensions.every(({ partitions }) => partitions.kind !== "static" || partitions.ordinals === undefined)
    ? (numberPartitions(spec, null).spec ?? spec)
    : spec;
}

/** The upstream keys that one downstream key reads, by the slow reading; `null` where only windows tell. */
function readSlowly(
  mapping: MappingSpec,
  key: string,
  { upstream, downstream }: { upstream: PartitionSpace; downstream: PartitionSpace },
): readonly string[] | null {
  const all = [...upstream.all].map((ordinal) => upstream.keyOf(ordinal)!);
  switch (mapping.kind) {
    case "all":
      return all;
    case "first":
      return all.slice(0, 1);
    case "last":
      return all.slice(-1);
    case "specific":
      return all.filter((each) => mapping.keys.includes(each));
    case "static":
    case "custom":
      return Object.hasOwn(mapping.keys, key) ? all.filter((each) => mapping.keys[key]!.includes(each)) : [];
    case "identity":
      return upstream.timeline === null ? all.filter((each) => each === key) : null;
    case "time-window": {
      if (downstream.spec?.kind !== "static") return null;
      const at = downstream.spec.keys.indexOf(key);
      const near = downstream.spec.keys.slice(
        Math.max(0, at + mapping.startOffset),
        Math.max(0, at + mapping.endOffset + 1),
      );
      return all.filter((each) => near.includes(each));
    }
    default:
      return null;
  }
}

test.each([
  ["without dimensions", leafCase, 350],
  ["with dimensions", multiCase, 200],
] as const)(
  "%s: sets are their members, both directions are one relation, and the rule is what it says",
  (...[, cases, numRuns]) => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(cases, ({ upstream: up, downstream: down, mapping }) => {
        const ends = { upstream: resolve(up), downstream: resolve(down) };
        if (ends.downstream.all.size * ends.upstream.all.size > 1e9) return;
        const resolved = resolveMapping(mapping, ends);
        seen.set(mapping.kind, (seen.get(mapping.kind) ?? 0) + 1);
        expectRelation(resolved, ends);
        if (mapping.kind === "multi") return;
        for (const ordinal of spread(ends.downstream.all, 8)) {
          const expected = readSlowly(mapping, ends.downstream.keyOf(ordinal)!, ends);
          if (expected === null) continue;
          const read = [...resolved.upstreamOf(one(ordinal)).partitions].map((each) => ends.upstream.keyOf(each));
          expect(new Set(read)).toEqual(new Set(expected));
        }
      }),
      { numRuns },
    );
    const kinds = mappedKinds(seen);
    expect(kinds).toEqual(
      kinds.includes("multi")
        ? ["multi"]
        : ["all", "custom", "first", "identity", "last", "specific", "static", "time-window"],
    );
  },
);

function mappedKinds(seen: ReadonlyMap<string, number>): string[] {
  return [...seen]
    .filter(([, count]) => count > 5)
    .map(([kind]) => kind)
    .toSorted();
}
