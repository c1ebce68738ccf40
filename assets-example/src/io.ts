import type { ObjectStore } from "@heddle/core";
import { json } from "@heddle/io/json";
import { parquet, type TableSchema } from "@heddle/io/parquet";

/**
 * Where everything lies: the store of the deployment, as nothing is named here. Swap it in this line, for example
 * `{ store: filesystemStore({ directory: "/srv/flights" }) }` with the store of `@heddle/io/filesystem`.
 */
export const storage: { readonly store?: ObjectStore } = {};

/** How tables are stored: Parquet with typed columns. */
export const tableOf = <TSchema extends TableSchema>(schema: TSchema) => parquet({ schema });

/** How small things are stored: JSON. */
export const documents = json();
