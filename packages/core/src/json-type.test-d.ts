import { expectTypeOf, test } from "vitest";
import type { JsonProblem } from "./json-type.ts";
import type { JsonValue } from "./types.ts";

interface Tree {
  readonly name: string;
  readonly children: readonly Tree[];
}
interface Person {
  name: string;
  email?: string;
  address: { street: string | undefined };
}
class Point {
  x = 1;
  length(): number {
    return this.x;
  }
}

test("what JSON can hold has no problem", () => {
  expectTypeOf<JsonProblem<JsonValue>>().toEqualTypeOf<never>();
  expectTypeOf<JsonProblem<Person[]>>().toEqualTypeOf<never>();
  expectTypeOf<JsonProblem<Tree>>().toEqualTypeOf<never>();
  expectTypeOf<JsonProblem<readonly [1, "a", null]>>().toEqualTypeOf<never>();
  expectTypeOf<JsonProblem<Record<string, Person>>>().toEqualTypeOf<never>();
  expectTypeOf<JsonProblem<void>>().toEqualTypeOf<never>();
  // oxlint-disable-next-line typescript/no-explicit-any -- the very case: nothing is known, so nothing is refused
  expectTypeOf<JsonProblem<any>>().toEqualTypeOf<never>();
});

test("what it cannot hold is named with its path", () => {
  expectTypeOf<JsonProblem<{ rows: { at: Date }[] }>>().toEqualTypeOf<"value.rows[].at is a Date">();
  expectTypeOf<JsonProblem<bigint>>().toEqualTypeOf<"value is a bigint">();
  expectTypeOf<JsonProblem<{ id: symbol }>>().toEqualTypeOf<"value.id is a symbol">();
  expectTypeOf<JsonProblem<Map<string, number>>>().toEqualTypeOf<"value is a Map">();
  expectTypeOf<JsonProblem<Set<string>[]>>().toEqualTypeOf<"value[] is a Set">();
  expectTypeOf<JsonProblem<Uint8Array>>().toEqualTypeOf<"value is binary">();
  expectTypeOf<JsonProblem<Point>>().toEqualTypeOf<"value.length is a function">();
  expectTypeOf<JsonProblem<(number | undefined)[]>>().toEqualTypeOf<"value[] may be undefined">();
  expectTypeOf<
    JsonProblem<{ x: unknown }>
  >().toEqualTypeOf<"value.x is of type unknown (parse it, or say what it is)">();
  expectTypeOf<JsonProblem<Record<string, Date>>>().toEqualTypeOf<`value.${string} is a Date`>();
  expectTypeOf<JsonProblem<{ a: 1 | Date; b: bigint }>>().toEqualTypeOf<"value.a is a Date" | "value.b is a bigint">();
});
