import type { AnyAsset } from "../declarations.ts";
import type { AnyIoManager } from "../io-manager.ts";
import type { AssetSnapshot, ColumnSnapshot, ColumnSource } from "../snapshot.ts";
import type { DeclaredColumn } from "./column-options.ts";

/** Writes what an asset says about its columns as data: first those of its schema, then others that it names. */
export function snapshotColumns(
  { columns: declared, deps }: AnyAsset,
  io: AnyIoManager | null,
): Pick<AssetSnapshot, "columns"> {
  if (declared === null) return {};
  const schema = io?.table?.columns ?? [];
  const known = new Map(schema.map((column) => [column.name, column]));
  const names = [...known.keys(), ...Object.keys(declared).filter((name) => !known.has(name))];
  return {
    columns: names.map((name): ColumnSnapshot => {
      const typed = known.get(name);
      const { description, from } = declared[name] ?? {};
      return {
        name,
        ...(typed !== undefined && { type: typed.type, nullable: typed.nullable }),
        ...(description !== undefined && { description }),
        ...(from !== undefined && { from: sourcesOf(from, deps) }),
      };
    }),
  };
}

function sourcesOf(from: NonNullable<DeclaredColumn["from"]>, deps: AnyAsset["deps"]): ColumnSource[] {
  return Object.entries(from).flatMap(([name, given]) => {
    const upstream = deps[name]?.asset.key;
    if (upstream === undefined || given === undefined) return [];
    const passes = typeof given === "string";
    return [{ upstream, columns: passes ? [given] : [...given], passes }];
  });
}
