/** The promise, or `given up` at once when `signal` aborts: what is waited for goes on for others, who has gone waits no longer. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal, givenUp: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(givenUp());
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
