/** Why a step is carried out although its asset skips what is up to date. */
export type ReuseRefusal =
  | "missing"
  | "failed"
  | "code"
  | "config"
  | "external_input"
  | "inputs"
  | "unversioned_input"
  | "changed_input";

/** The same for people: `made again because …`. */
export const REUSE_REFUSALS: { readonly [refusal in ReuseRefusal]: string } = {
  missing: "it was never made",
  failed: "its newest attempt failed",
  code: "its code has changed",
  config: "it gets other config",
  external_input: "it reads an external asset, of which nobody can tell whether it has changed",
  inputs: "it reads other partitions than it was made from",
  unversioned_input: "something that it reads has no data version",
  changed_input: "the data of something that it reads have changed",
};

/** One upstream partition that a step would read now, and what the current materialization has read in its place. */
export interface ReuseInput {
  /** `null` where the materialization that would be read has none. */
  readonly dataVersion: string | null;
  /** Of what was read; `undefined` where this partition was not read. */
  readonly read: string | null | undefined;
}

/** What decides whether a partition is up to date, at the moment at which its step would start. */
export interface ReuseFacts {
  /** What is current of it; `null` when it was never made. */
  readonly made: {
    /** `undefined` where that is not kept any more. */
    readonly codeVersion: string | undefined;
    /** Whether it got the config that the step would get. */
    readonly hasSameConfig: boolean;
    /** Whether it has read a partition that the step would not read. */
    readonly hasReadOthers: boolean;
  } | null;
  readonly hasFailed: boolean;
  readonly codeVersion: string;
  readonly readsExternal: boolean;
  readonly inputs: Iterable<ReuseInput>;
}

/**
 * Says why a partition is to be made again; `null` when it is up to date, so that making it would only repeat what is
 * there. What is not known for certain is made again.
 */
export function judgeReuse({ made, hasFailed, codeVersion, readsExternal, inputs }: ReuseFacts): ReuseRefusal | null {
  if (made === null) return "missing";
  if (hasFailed) return "failed";
  if (made.codeVersion !== codeVersion) return "code";
  if (!made.hasSameConfig) return "config";
  if (readsExternal) return "external_input";
  if (made.hasReadOthers) return "inputs";
  for (const { dataVersion, read } of inputs) {
    if (read === undefined) return "inputs";
    if (dataVersion === null || read === null) return "unversioned_input";
    if (dataVersion !== read) return "changed_input";
  }
  return null;
}
