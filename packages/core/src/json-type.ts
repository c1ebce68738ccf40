import type { JsonValue } from "./types.ts";

/** Deeper levels of a type are taken as they are; a type may refer to itself. */
type MaxDepth = 6;

type IsAny<T> = 0 extends 1 & T ? true : false;

/**
 * Describes why a type cannot be stored as JSON and come back the same, as a text with the path, such as
 * `"value.rows[].at is a Date"`; `never` when it can. Interfaces are fine (they are not assignable to `JsonValue`, for
 * want of an index signature), and so are properties that may be `undefined`.
 */
export type JsonProblem<T, TPath extends string = "value", TDepth extends 0[] = []> =
  IsAny<T> extends true
    ? never
    : unknown extends T
      ? `${TPath} is of type unknown (parse it, or say what it is)`
      : // Distributes over unions from here on.
        T extends JsonValue | undefined | void
        ? never
        : T extends object
          ? ObjectProblem<T, TPath, TDepth>
          : `${TPath} is a ${T extends bigint ? "bigint" : "symbol"}`;

type ObjectProblem<T extends object, TPath extends string, TDepth extends 0[]> = T extends (...args: never) => unknown
  ? `${TPath} is a function`
  : T extends { toISOString(): string }
    ? `${TPath} is a Date`
    : T extends ReadonlyMap<unknown, unknown>
      ? `${TPath} is a Map`
      : T extends ReadonlySet<unknown>
        ? `${TPath} is a Set`
        : T extends { readonly buffer: ArrayBufferLike }
          ? `${TPath} is binary`
          : TDepth["length"] extends MaxDepth
            ? never
            : T extends readonly (infer TItem)[]
              ? ItemProblem<TItem, `${TPath}[]`, [...TDepth, 0]>
              : { [K in keyof T & string]: JsonProblem<T[K], `${TPath}.${K}`, [...TDepth, 0]> }[keyof T & string];

/** JSON has no `undefined` in lists: it would come back as `null`. */
type ItemProblem<TItem, TPath extends string, TDepth extends 0[]> = undefined extends TItem
  ? IsAny<TItem> extends true
    ? never
    : `${TPath} may be undefined`
  : JsonProblem<TItem, TPath, TDepth>;
