#!/usr/bin/env node
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(`Heddle needs Node 22.18 or later; this is Node ${process.versions.node}.`);
  process.exit(3);
}
const { main } = await import("@heddle/cli");
await main(process.argv.slice(2));
