import { describeObjectStore } from "./conformance/describe-object-store.ts";
import { TEST_STORES } from "../test/test-stores.ts";

for (const { name, open } of TEST_STORES) describeObjectStore(name, open);
