import { inStore } from "./storage-choices.ts";

/**
 * Where everything lies: the deployment's store. Nothing else changes when this line does, for example to
 * `inStore(s3Store({ bucket: "flights" }))` with `@heddle/io/s3`, or to `inPostgres({ env: "WAREHOUSE_URL" })`.
 */
export const { storage, tableOf, documents } = inStore();
