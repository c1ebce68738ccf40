import { isHeddleError, type HeddleError } from "@heddle/core";

/** The error of Heddle that a promise is rejected with. @throws when it is not rejected, or with something else */
export async function failureOf(promise: Promise<unknown>): Promise<HeddleError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isHeddleError(error)) throw new Error("it did not fail with an error of Heddle", { cause: error });
  return error;
}
