import { deserializeError } from "@heddle/core/internal";
import type { RecordedSubStep, SubStepRecord } from "../step/sub-steps.ts";
import type { ChildCommand, ChildMessage, StepAssignment, StepQuestion } from "./protocol.ts";

type Answer = Extract<ChildCommand, { type: "answer" }>;

/** What the steps of a child process ask its supervisor, until it answers. Without a supervisor the process ends. */
export class Questions {
  readonly #send: (message: ChildMessage) => void;
  readonly #open = new Map<number, PromiseWithResolvers<readonly RecordedSubStep[]>>();
  #last = 0;

  constructor(send: (message: ChildMessage) => void) {
    this.#send = send;
  }

  /** Where the sub-steps of a step are recorded: by the supervisor, in the database. */
  recordOf({ id }: StepAssignment): SubStepRecord {
    return {
      read: () => this.#ask(id, { kind: "read_sub_steps" }),
      write: async (done) => void (await this.#ask(id, { kind: "record_sub_step", done })),
    };
  }

  answered({ question, subSteps = [], error }: Answer): void {
    const open = this.#open.get(question);
    this.#open.delete(question);
    if (error === undefined) open?.resolve(subSteps);
    else open?.reject(deserializeError(error));
  }

  #ask(id: number, about: StepQuestion): Promise<readonly RecordedSubStep[]> {
    this.#last += 1;
    const open = Promise.withResolvers<readonly RecordedSubStep[]>();
    this.#open.set(this.#last, open);
    this.#send({ type: "ask", question: this.#last, id, about });
    return open.promise;
  }
}
