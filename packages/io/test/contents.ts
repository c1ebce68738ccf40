export { flipBit, inChunks, randomContent } from "../src/conformance/contents.ts";
