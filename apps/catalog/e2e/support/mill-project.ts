/** A project for tests of runs that go on: steps that take their time, that do not hear, and that write a lot. */
export const MILL_PROJECT: Readonly<Record<string, string>> = {
  "src/definitions.ts": `import { setTimeout } from "node:timers/promises";
import { asset, dailyPartitions, definitions } from "@heddle/core";

const days = dailyPartitions({ start: "2024-01-01", end: "2024-02-10" });

const grain = asset({
  key: "mill/grain",
  partitions: days,
  async materialize({ partition, signal }) {
    await setTimeout(250, undefined, { signal });
    return partition.key;
  },
});
const flour = asset({
  key: "mill/flour",
  partitions: days,
  deps: { grain },
  materialize: ({ deps }) => deps.grain,
});
/** Takes no notice of being told to stop. */
const stubborn = asset({
  key: "mill/stubborn",
  async materialize() {
    await setTimeout(600_000);
    return 1;
  },
});
const chatty = asset({
  key: "mill/chatty",
  materialize({ log }) {
    log.info("grinding 10 %\\rgrinding 55 %\\rgrinding 100 %");
    for (let i = 0; i < 300; i++) log.debug("turn " + i);
    log.warn("worn near src/stones.ts:12:3");
    throw new Error("the stone is broken");
  },
});

export default definitions({ assets: [grain, flour, stubborn, chatty] });
`,
};
