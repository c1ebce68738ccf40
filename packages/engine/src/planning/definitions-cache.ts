import {
  readAssetCodeVersions,
  readDefinitions,
  readDefinitionsVersion,
  readDynamicHistory,
  readDynamicKeys,
  readEnvironmentId,
  type Transaction,
} from "@heddle/storage";
import { DefinitionsIndex } from "./definitions-index.ts";
import { PartitionSpaces } from "./partition-spaces.ts";

/** No environment has this id: what is asked of an environment that is not there yet is nothing. */
const NO_ENVIRONMENT = 0;
/** Versions of code locations whose assets' code versions are remembered. */
const MAX_CODE_VERSIONS = 200;

/**
 * Declarations change only when code is loaded: they are read once for each version and remembered. Every use asks the
 * database for the version first, so that an answer is never of an older one than its other parts.
 */
export class DefinitionsCache {
  readonly #environment: string;
  #index: DefinitionsIndex | undefined;
  #environmentId: number | undefined;
  readonly #codeVersions = new Map<number, ReadonlyMap<string, string>>();

  constructor(environment: string) {
    this.#environment = environment;
  }

  /** The declarations as of the transaction. */
  async index(tx: Transaction): Promise<DefinitionsIndex> {
    const version = await readDefinitionsVersion(tx);
    if (this.#index?.version !== version) this.#index = new DefinitionsIndex(await readDefinitions(tx));
    return this.#index;
  }

  /**
   * Partitions as of an instant (epoch milliseconds), with the keys of every dynamic definition that is declared as of
   * the transaction.
   */
  async spaces(tx: Transaction, now: number): Promise<PartitionSpaces> {
    const { dynamicNames } = await this.index(tx);
    const dynamicKeys = await readDynamicKeys(tx, dynamicNames);
    return new PartitionSpaces(now, { dynamicKeys, formerKeys: await readDynamicHistory(tx, dynamicNames) });
  }

  /** The id of the environment that is served. */
  async environmentId(tx: Transaction): Promise<number> {
    this.#environmentId ??= (await readEnvironmentId(tx, this.#environment)) ?? undefined;
    return this.#environmentId ?? NO_ENVIRONMENT;
  }

  /** The code version of each asset in versions of code locations; these never change. */
  async assetCodeVersions(
    tx: Transaction,
    ids: Iterable<number>,
  ): Promise<ReadonlyMap<number, ReadonlyMap<string, string>>> {
    const wanted = new Set(ids);
    const unknown = [...wanted].filter((id) => !this.#codeVersions.has(id));
    for (const [id, versions] of await readAssetCodeVersions(tx, unknown)) this.#codeVersions.set(id, versions);
    const found = new Map([...wanted].map((id) => [id, this.#codeVersions.get(id) ?? new Map<string, string>()]));
    for (const oldest of this.#codeVersions.keys()) {
      if (this.#codeVersions.size <= MAX_CODE_VERSIONS) break;
      this.#codeVersions.delete(oldest);
    }
    return found;
  }
}
