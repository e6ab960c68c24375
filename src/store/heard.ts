/** The same; that it rejects is heard, also before anybody awaits it. */
export function heard<Result>(done: Promise<Result>): Promise<Result> {
  done.catch(() => {});
  return done;
}
