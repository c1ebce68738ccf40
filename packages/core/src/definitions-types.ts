import type { Resource } from "./resource.ts";
import type { TypeError } from "./types.ts";

/** The slots of one declaration; none for an external asset. */
type SlotsOfEntry<TEntry> = TEntry extends { readonly types?: { readonly slots: infer TSlots } } ? TSlots : object;

/** Names of the slots that any of the declarations has. */
type SlotName<TEntry> = TEntry extends unknown ? keyof SlotsOfEntry<TEntry> & string : never;

/** Types that the declarations ask for under one name; a union when there are several. */
type SlotValue<TEntry, TName extends string> = TEntry extends unknown
  ? SlotsOfEntry<TEntry> extends { readonly [K in TName]: infer TValue }
    ? TValue
    : never
  : never;

/** A text for every slot that is not filled, or not by a resource of the right type; `never` when all is well. */
type SlotProblem<TEntry, TResources> = {
  [TName in SlotName<TEntry>]: TName extends keyof TResources
    ? TResources[TName] extends Resource<infer TProvided>
      ? IsForAll<TProvided, TEntry, TName> extends true
        ? never
        : `the resource "${TName}" is not of the type that an asset requires`
      : never
    : `the resource "${TName}" is required by an asset and missing: pass it as definitions({ resources: { ${TName} } })`;
}[SlotName<TEntry>];

/** Whether `TProvided` serves every declaration that asks for the slot, each for itself. */
type IsForAll<TProvided, TEntry, TName extends string> = [
  TEntry extends unknown
    ? [SlotValue<TEntry, TName>] extends [never]
      ? never
      : [TProvided] extends [SlotValue<TEntry, TName>]
        ? never
        : TName
    : never,
] extends [never]
  ? true
  : false;

/** `unknown` when the resources fill all slots, else an option `resources` that nothing can be given for. */
export type SlotsCheck<TEntry, TResources> = [SlotProblem<TEntry, TResources>] extends [never]
  ? unknown
  : { readonly resources: TypeError<SlotProblem<TEntry, TResources>> };
