/**
 * Items of a work that pushes them, for a consumer that asks: the work stands still from each push until the consumer
 * wants the next item. A consumer that leaves early makes the pushes fail, so that the work cleans up and ends.
 */
export async function* pulled<T>(
  work: (push: (item: T) => Promise<void>) => Promise<void>,
): AsyncGenerator<T, void, undefined> {
  const channel = new Channel<T>();
  let failure: { readonly error: unknown } | null = null;
  const done = work((item) => channel.push(item))
    .catch((error: unknown) => {
      failure = { error };
    })
    .finally(() => channel.end());
  try {
    while (await channel.filled()) {
      yield channel.item;
      channel.empty();
    }
  } finally {
    channel.leave();
    await done;
  }
  if (failure) throw (failure as { error: unknown }).error;
}

/** Holds one item between the two sides. */
class Channel<T> {
  #offer: { readonly item: T; readonly goOn: () => void; readonly fail: (error: Error) => void } | null =
    null;
  #ended = false;
  #left = false;
  #wake: () => void = () => undefined;

  push(item: T): Promise<void> {
    return new Promise((goOn, fail) => {
      this.#offer = { item, goOn, fail };
      if (this.#left) this.leave();
      else this.#wake();
    });
  }

  /** Waits for an item; false when there will be none. */
  async filled(): Promise<boolean> {
    if (this.#offer === null && !this.#ended)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    return this.#offer !== null;
  }

  get item(): T {
    return this.#offer!.item;
  }

  /** The item is done with: whoever pushed it goes on. */
  empty(): void {
    const { goOn } = this.#offer!;
    this.#offer = null;
    goOn();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  leave(): void {
    this.#left = true;
    this.#offer?.fail(new Error('nobody wants the rest'));
    this.#offer = null;
  }
}
