export {
  describeIoManager,
  describeObjectStore,
  type TestIoManager,
  type TestStore,
  type TestStoreSource,
} from "@heddle/io/conformance";
