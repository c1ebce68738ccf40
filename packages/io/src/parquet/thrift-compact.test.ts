import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readThriftStruct, writeThriftStruct, type ThriftField, type ThriftStruct } from "./thrift-compact.ts";

const scalar: fc.Arbitrary<ThriftField> = fc.oneof(
  fc.boolean().map((value) => ({ type: value ? 1 : 2, value })),
  fc.integer({ min: -128, max: 127 }).map((value) => ({ type: 3, value })),
  fc.integer({ min: -32_768, max: 32_767 }).map((value) => ({ type: 4, value })),
  fc.integer().map((value) => ({ type: 5, value })),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => ({ type: 6, value })),
  fc.double({ noNaN: true }).map((value) => ({ type: 7, value })),
  fc.uint8Array({ maxLength: 300 }).map((value) => ({ type: 8, value })),
);

const { struct } = fc.letrec<{ struct: ThriftStruct; field: ThriftField }>((tie) => ({
  field: fc.oneof(
    { maxDepth: 4 },
    scalar,
    tie("struct").map((value) => ({ type: 12, value })),
    fc.array(fc.integer(), { maxLength: 40 }).map((items) => ({ type: 9, value: { itemType: 5, items } })),
    fc.array(fc.boolean(), { maxLength: 3 }).map((items) => ({ type: 9, value: { itemType: 1, items } })),
    fc.array(tie("struct"), { maxLength: 3 }).map((items) => ({ type: 9, value: { itemType: 12, items } })),
  ),
  struct: fc
    .uniqueArray(fc.tuple(fc.integer({ min: 1, max: 400 }), tie("field")), { maxLength: 6, selector: ([id]) => id })
    .map((fields) => new Map(fields.toSorted(([a], [b]) => a - b))),
}));

describe("a struct of Thrift", () => {
  test("comes back as it was written", () => {
    const property = fc.property(struct, (value) => {
      expect(readThriftStruct(new Uint8Array(writeThriftStruct(value)))).toEqual(value);
    });
    expect(() => fc.assert(property, { numRuns: 500 })).not.toThrow();
  });

  test("that was cut or is something else ends in a RangeError, and soon", () => {
    const property = fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        readThriftStruct(bytes);
        return true;
      } catch (error) {
        return error instanceof RangeError;
      }
    });
    expect(() => fc.assert(property, { numRuns: 2_000 })).not.toThrow();
    expect(() => readThriftStruct(new Uint8Array(1_000).fill(0x1c))).toThrow("nested too deeply");
  });
});
