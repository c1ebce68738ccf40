import { HeddleError, type StoredObject } from "@heddle/core";

/** What a store was doing, for the message of an error. */
export interface StoreOperation {
  /** Such as `"write"`. */
  readonly verb: string;
  /** Where, in words of the store: a path, an address. */
  readonly location: string;
}

/** The object is not there. */
export function missingObject(location: string): HeddleError {
  return new HeddleError("IO_OBJECT_MISSING", `${location} does not exist, although a materialization names it`, {
    hint: "Materialize the partition again, or restore the object from a backup.",
    details: { location },
  });
}

/** The object is not the one that was written. */
export function corruptObject(location: string, problem: string): HeddleError {
  return new HeddleError("IO_OBJECT_CORRUPT", `${location} is not what was written: ${problem}`, {
    hint: "Materialize the partition again, or restore the object from a backup.",
    details: { location },
  });
}

/** Says how a checksum or a length differs. */
export function corruptContent(
  location: string,
  found: { bytes: number; sha256?: string },
  object: StoredObject,
): HeddleError {
  return found.bytes === object.bytes
    ? corruptObject(location, `its SHA-256 is ${found.sha256}, it should be ${object.sha256}`)
    : corruptObject(location, `it has ${found.bytes} bytes, it should have ${object.bytes}`);
}

/** Something else lies under the key. */
export function existingObject(location: string): HeddleError {
  return new HeddleError("IO_OBJECT_EXISTS", `${location} exists already, with another content`, {
    hint: "Every attempt writes under a key of its own: look for something else that writes into this store.",
    details: { location },
  });
}
