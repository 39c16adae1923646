import type { SharedAnswer } from "./shared-answer.js";
import type { SharedOperation } from "./shared-operation.js";

/** One subscription on one socket, for whoever tells it events. */
export interface Subscriber<C> {
  operation: SharedOperation<C>;
  /** Writes what the operation answered. A reader that is far behind is cut off, and nobody waits for it. */
  tell(answer: SharedAnswer): void;
  /** Resolves once the reader is not behind any more, or is gone. */
  caughtUp(): Promise<void>;
}

/**
 * What the resolver of a subscription gives. Nobody pulls events from it: it is handed its subscriber, and tells it, together with all
 * the others that are to hear the same.
 */
export class SharedEvents<C> implements AsyncIterable<never> {
  /** `begin` answers what ends it. */
  constructor(private readonly begin: (subscriber: Subscriber<C>) => () => void) {}

  /** Begins. What it answers yields nothing, and is over once it is told to return. */
  follow(subscriber: Subscriber<C>): AsyncIterableIterator<never> {
    const end = this.begin(subscriber);
    let finish: () => void = () => undefined;
    const finished = new Promise<IteratorReturnResult<undefined>>((resolve) => {
      finish = () => resolve({ done: true, value: undefined });
    });
    const subscription: AsyncIterableIterator<never> = {
      next: () => finished,
      return: () => {
        end();
        finish();
        return finished;
      },
      [Symbol.asyncIterator]: () => subscription,
    };
    return subscription;
  }

  [Symbol.asyncIterator](): never {
    throw new Error("these events are followed, not pulled");
  }
}
