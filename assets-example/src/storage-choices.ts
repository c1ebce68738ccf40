import type { IoManager, ObjectStore } from "@heddle/core";
import { json } from "@heddle/io/json";
import { parquet, type InferRow, type TableRows, type TableSchema } from "@heddle/io/parquet";
import { postgres, type PostgresConnection } from "@heddle/io/postgres";

/** Where the values of this project lie, and in which form. */
export interface StorageChoice {
  /** Becomes part of the definitions; without a store the deployment's is used. */
  readonly storage: { readonly store?: ObjectStore };
  /** How tables are stored. */
  readonly tableOf: <TSchema extends TableSchema>(
    schema: TSchema,
  ) => IoManager<TableRows<InferRow<TSchema>>, InferRow<TSchema>[]>;
  /** How small things are stored: JSON. */
  readonly documents: ReturnType<typeof json>;
}

/** Tables as Parquet, documents as JSON, in a store: files, a bucket, or whatever the deployment has. */
export function inStore(store?: ObjectStore): StorageChoice {
  return {
    storage: store === undefined ? {} : { store },
    tableOf: (schema) => parquet({ schema }),
    documents: json(),
  };
}

/** Tables in a PostgreSQL database, where anybody can query them; documents in the deployment's store. */
export function inPostgres(connection: PostgresConnection): StorageChoice {
  return { ...inStore(), tableOf: (schema) => postgres({ ...connection, schema }) };
}
