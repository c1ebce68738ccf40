/** A value or a promise of it. */
export type MaybePromise<T> = T | Promise<T>;

/** Flattens an intersection so that editors show its members. */
export type Simplify<T> = { [K in keyof T]: T[K] } & {};

/** What JSON can hold. Used wherever a value crosses a process or reaches the database. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** A compile error that a person can read: shown by the compiler where a declaration does not fit. */
export type TypeError<TMessage extends string> = { readonly "heddle error": TMessage };

/** Ends an exhaustive `switch`; reaching it means that a case was added and not handled. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}
