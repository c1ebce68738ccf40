import type * as arrow from "apache-arrow";

/** The module `apache-arrow`. */
export type Arrow = typeof arrow;

let loading: Promise<Arrow> | undefined;

/** Loads `apache-arrow` when it is needed first: it takes more time than all of a project's definitions. */
export function loadArrow(): Promise<Arrow> {
  return (loading ??= import("apache-arrow"));
}
