import { serializeError } from "@heddle/core/internal";
import { recordLoadError, registerCodeVersion, type Database } from "@heddle/storage";
import { gzipSync } from "node:zlib";
import { isDatabaseAway } from "../database-away.ts";
import type { EngineLog } from "../ports.ts";
import { createBundler, type Bundler } from "./bundle.ts";
import { loadDefinitions } from "./load-definitions.ts";
import type { Project } from "./project.ts";
import { watchFiles, type FileWatch } from "./watch-files.ts";

/**
 * While the code is broken it is built again after this time, also without a change that was seen; it doubles up to the
 * longest one while nothing changes.
 */
const RETRY_BROKEN_MS = 2_000;
const LONGEST_RETRY_MS = 30_000;
/** While the database is away, loaded code is registered again this often. */
const RETRY_AWAY_MS = 1_000;

/** How a code location is kept. */
export interface CodeLocationOptions {
  readonly db: Database;
  readonly project: Project;
  readonly log: EngineLog;
  /** Loads again when a file of the project changes. */
  readonly watch: boolean;
  /**
   * Called after each attempt to load: with nothing when it is in force, with the error when it is not. Whoever takes it
   * shows the error; without it the error goes to the log.
   */
  onLoad?(error?: unknown): void;
}

/**
 * Keeps one project loaded: bundles it, loads the bundle in a process of its own and registers the snapshot. When the
 * new code does not build or load, the last good version stays in force and the error is recorded beside it.
 */
export class CodeLocation {
  readonly #options: CodeLocationOptions;
  #bundler: Bundler | undefined;
  #watch: FileWatch | undefined;
  #loading: Promise<void> | undefined;
  #again = false;
  #retry: NodeJS.Timeout | undefined;
  #hash: string | undefined;
  #lastError: string | undefined;
  #retryMs = RETRY_BROKEN_MS;
  readonly #closing = new AbortController();

  constructor(options: CodeLocationOptions) {
    this.#options = options;
  }

  /** Loads now. A call while it loads makes it load once more afterwards. */
  load(): Promise<void> {
    if (this.#loading !== undefined) {
      this.#again = true;
      return this.#loading;
    }
    this.#loading = this.#loadUntilCurrent().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  get name(): string {
    return this.#options.project.name;
  }

  /** Loads anew, also code that is in force already: somebody has asked for it. */
  async reload(): Promise<void> {
    this.#hash = undefined;
    await this.load();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    clearTimeout(this.#retry);
    this.#watch?.close();
    await this.#loading;
    await this.#bundler?.dispose();
  }

  async #loadUntilCurrent(): Promise<void> {
    do {
      this.#again = false;
      await this.#loadOnce();
    } while (this.#again && !this.#closing.signal.aborted);
  }

  async #loadOnce(): Promise<void> {
    const { db, project, log, onLoad } = this.#options;
    clearTimeout(this.#retry);
    const began = performance.now();
    try {
      this.#bundler ??= await createBundler(project);
      const bundle = await this.#bundler.build();
      this.#watchFiles(bundle.inputs);
      if (bundle.hash === this.#hash && this.#lastError === undefined) return;
      const snapshot = await loadDefinitions(project, bundle, { signal: this.#closing.signal });
      await registerCodeVersion(db, {
        location: project.name,
        directory: project.directory,
        hash: bundle.hash,
        snapshot,
        bundle: gzipSync(bundle.code),
      });
      this.#hash = bundle.hash;
      this.#lastError = undefined;
      this.#retryMs = RETRY_BROKEN_MS;
      const took = Math.round(performance.now() - began);
      log.info(`loaded ${project.name}: ${snapshot.assets.length} assets in ${took} ms`, {
        codeVersion: bundle.hash.slice(0, 12),
      });
      onLoad?.();
    } catch (error) {
      await this.#fail(error);
    }
  }

  async #fail(error: unknown): Promise<void> {
    // What was broken off is not broken.
    if (this.#closing.signal.aborted) return;
    const { db, project, log, onLoad, watch } = this.#options;
    if (isDatabaseAway(error)) {
      log.error(`${project.name} could not be registered yet`, error);
      this.#retry = setTimeout(() => void this.load(), RETRY_AWAY_MS);
      return;
    }
    const serialized = serializeError(error);
    // The same error again (a retry while the code is broken) is old news.
    if (serialized.message !== this.#lastError) {
      this.#lastError = serialized.message;
      this.#retryMs = RETRY_BROKEN_MS;
      if (onLoad === undefined) log.error(`${project.name} does not load; the last good version stays in force`, error);
      await recordLoadError(db, { location: project.name, directory: project.directory, error: serialized }).catch(
        (cause: unknown) => log.error("the load error could not be recorded", cause),
      );
      onLoad?.(error);
    }
    if (!watch || this.#closing.signal.aborted) return;
    if (this.#watch === undefined) this.#watchFiles([project.entry]);
    this.#retry = setTimeout(() => void this.load(), this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, LONGEST_RETRY_MS);
  }

  #watchFiles(files: readonly string[]): void {
    if (!this.#options.watch || this.#closing.signal.aborted) return;
    this.#watch ??= watchFiles(() => void this.load());
    this.#watch.follow(files);
  }
}
