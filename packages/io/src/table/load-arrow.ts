import type * as arrow from "apache-arrow";

/** The module `apache-arrow`. */
export type Arrow = typeof arrow;

/** Loads `apache-arrow` when it is needed first: it takes more time than all of a project's definitions. */
export function loadArrow(): Promise<Arrow> {
  return import("apache-arrow");
}
