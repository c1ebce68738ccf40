import { type Definitions } from "@heddle/core";
import { serializeError } from "@heddle/core/internal";
import { previewStored } from "../step/preview-stored.ts";
import type { DeploymentDefaults } from "../worker/protocol.ts";
import type { PreviewAnswer, PreviewTask } from "./preview-protocol.ts";

/** Reads the beginnings of stored values, in a process that does nothing else. */
export class Previewer {
  readonly #definitions: Definitions;
  readonly #defaults: DeploymentDefaults;
  readonly #running = new Map<number, AbortController>();

  constructor(definitions: Definitions, defaults: DeploymentDefaults) {
    this.#definitions = definitions;
    this.#defaults = defaults;
  }

  /** Never throws. */
  async answer(id: number, task: PreviewTask): Promise<PreviewAnswer> {
    const controller = new AbortController();
    this.#running.set(id, controller);
    try {
      const ports = { definitions: this.#definitions, defaults: this.#defaults, signal: controller.signal };
      return { preview: await previewStored(task, ports) };
    } catch (error) {
      return { error: serializeError(error) };
    } finally {
      this.#running.delete(id);
    }
  }

  /** Gives one up; its answer comes as an error. */
  cancel(id: number): void {
    this.#running.get(id)?.abort();
  }
}
