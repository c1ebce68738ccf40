export { describeIoManager, type TestIoManager, type TestStoreSource } from "./conformance/describe-io-manager.ts";
export { describeObjectStore, type TestStore } from "./conformance/describe-object-store.ts";
