/** The same events, asked for at once and not when the first is taken. */
export function begunEvents<Event>(events: AsyncIterable<Event>): AsyncIterable<Event> {
  const iterator = events[Symbol.asyncIterator]();
  const first = iterator.next();
  // Told to who takes it.
  first.catch(() => {});
  return {
    async *[Symbol.asyncIterator]() {
      for (let step = await first; step.done !== true; step = await iterator.next()) yield step.value;
    },
  };
}
