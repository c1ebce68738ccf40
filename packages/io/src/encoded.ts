export { encodedIoManager, type EncodedValue, type ObjectFormat } from "./encoded-io-manager.ts";
export { encodeObjectKey } from "./object-key.ts";
