import type { SharedAnswer } from "./shared-answer.js";
import type { SharedOperation } from "./shared-operation.js";

/** One subscription on one socket, as the source of events sees it. */
export interface Subscriber<C> {
  operation: SharedOperation<C>;
  /** Writes the operation's answer. A reader that is far behind is disconnected; nobody waits for it. */
  send(answer: SharedAnswer): void;
  /** Resolves once the reader has caught up or is gone. */
  caughtUp(): Promise<void>;
}

/**
 * What a subscription's resolver returns. Nobody pulls events from it: it receives its subscriber and notifies it
 * together with all others that get the same events.
 */
export class SharedEvents<C> implements AsyncIterable<never> {
  /** `begin` returns a function that ends the subscription. */
  constructor(private readonly begin: (subscriber: Subscriber<C>) => () => void) {}

  /** Starts the subscription. The returned iterator yields nothing, and ends when `return` is called. */
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
    throw new Error("these events are pushed to a subscriber, not pulled");
  }
}
