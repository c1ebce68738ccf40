import { isHeddleError, type HeddleError } from "@heddle/core";

/** The error of Heddle with which work ends. @throws when it ends otherwise */
export async function errorOf(work: Promise<unknown>): Promise<HeddleError> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!isHeddleError(error)) throw new Error("expected an error of Heddle", { cause: error });
  return error;
}
