import { expectTypeOf, test } from "vitest";
import { asset } from "./asset.ts";
import { dailyPartitions } from "./partitions/time-partitions.ts";

interface Row {
  readonly id: number;
  readonly name?: string;
}

test("a sub-step gives what its function returns", () => {
  asset({
    key: "pages",
    async materialize({ step, map }) {
      expectTypeOf(await step("count", () => 1)).toEqualTypeOf<number>();
      expectTypeOf(await step("rows", async (): Promise<Row[]> => [])).toEqualTypeOf<Row[]>();
      expectTypeOf(await step("send", async () => {})).toEqualTypeOf<void>();
      const pages = await map(["a", "b"], async (item, { signal, log, attempt }) => {
        expectTypeOf(item).toEqualTypeOf<string>();
        log.info("page", { attempt, aborted: signal.aborted });
        return { item };
      });
      expectTypeOf(pages).toEqualTypeOf<{ item: string }[]>();
      return pages;
    },
  });
});

test("what would not come back as it was is refused", () => {
  asset({
    key: "wrong",
    async materialize({ step, map }) {
      // @ts-expect-error -- "value.at is a Date"
      await step("a", async () => ({ at: new Date() }));
      // @ts-expect-error -- "value is a Map"
      await map([1], () => new Map<string, string>());
      return 1;
    },
  });
});

test("an asset that makes several partitions with one call has none", () => {
  asset({
    key: "chunks",
    partitions: dailyPartitions({ start: "2024-01-01" }),
    chunk: 10,
    *materialize(context) {
      expectTypeOf(context).not.toHaveProperty("step");
      for (const { key } of context.partitions) yield [key, 1];
    },
  });
});
