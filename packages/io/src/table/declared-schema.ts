import type { TableSchema } from "./schema.ts";

const SCHEMA = Symbol.for("heddle.table-schema");

/** Parts of an I/O manager with which another program can find out what the recorded types do not tell: text or JSON. */
export function withSchema(schema: TableSchema | undefined): { readonly [SCHEMA]?: TableSchema } {
  return schema === undefined ? {} : { [SCHEMA]: schema };
}

/** The schema of an I/O manager that was made with {@link withSchema}. */
export function declaredSchema(io: object | null): TableSchema | undefined {
  // Nothing else has a property of this name.
  return io === null ? undefined : (Reflect.get(io, SCHEMA) as TableSchema | undefined);
}
