export { collect } from "../src/conformance/contents.ts";
