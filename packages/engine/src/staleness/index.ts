export { StalenessMemory, type StalenessLook } from "./staleness-memory.ts";
