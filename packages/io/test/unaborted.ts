export { unaborted } from "../src/conformance/contents.ts";
