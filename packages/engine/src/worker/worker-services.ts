import { CollectionLoop } from "../collect/collection-loop.ts";
import { PreviewLoop } from "../preview/preview-loop.ts";
import { followNewestCode } from "./newest-code.ts";
import type { WorkerSettings } from "./worker-settings.ts";

/** What a worker is told by the database. */
export interface WorkerNews {
  /** There may be something to claim. */
  readonly onWork: () => void;
  /** A run was canceled. */
  readonly onCancel: () => void;
  /** Code that later runs will be made with. */
  readonly onCode: (codeVersionId: number) => void;
}

/** What a worker does beside its steps: it hears from the database, collects what nobody needs and makes previews. */
export class WorkerServices {
  readonly #settings: WorkerSettings;
  readonly #news: WorkerNews;
  readonly #collections: CollectionLoop;
  readonly #previews: PreviewLoop;
  readonly #listeners: AsyncDisposable[] = [];

  constructor(settings: WorkerSettings & { readonly workerId: string }, news: WorkerNews) {
    this.#settings = settings;
    this.#news = news;
    this.#collections = new CollectionLoop(settings);
    this.#previews = new PreviewLoop(settings);
  }

  /** Before a worker has its lease: one that hears nothing must not hold one. @throws when the database is away */
  async listen(): Promise<void> {
    const { db } = this.#settings;
    this.#listeners.push(await db.listen("heddle_work", this.#news.onWork));
    this.#listeners.push(await db.listen("heddle_cancel", this.#news.onCancel));
  }

  /** Once the worker has its lease. */
  async start(): Promise<void> {
    await this.#collections.start();
    await this.#previews.start();
    this.#listeners.push(await followNewestCode({ ...this.#settings, onCode: this.#news.onCode }));
  }

  /** Ends all of it, whatever had begun. */
  async stop(): Promise<void> {
    await this.#collections.stop();
    await this.#previews.stop();
    await Promise.allSettled(this.#listeners.map((listener) => listener[Symbol.asyncDispose]()));
  }
}
