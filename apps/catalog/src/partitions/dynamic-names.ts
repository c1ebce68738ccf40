import type { PartitionsSpec } from "@heddle/core/internal";

/** Names of the dynamic definitions in a definition; empty when it is made of fixed keys and time alone. */
export function dynamicNames(spec: PartitionsSpec | null): readonly string[] {
  if (spec?.kind === "dynamic") return [spec.name];
  return spec?.kind === "multi" ? spec.dimensions.flatMap(({ partitions }) => dynamicNames(partitions)) : [];
}
