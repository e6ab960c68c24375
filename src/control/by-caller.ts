import type { Caller } from '../model/caller.ts';

type Key = Pick<Caller, 'issuer' | 'subject'>;

/** What is kept of callers, found at each request: by the two strings that tell them apart, without one made of both. */
export class ByCaller<Kept> {
  readonly #bySubject = new Map<string, Map<string, Kept>>();

  get isEmpty(): boolean {
    return this.#bySubject.size === 0;
  }

  get({ subject, issuer }: Key): Kept | undefined {
    return this.#bySubject.get(subject)?.get(issuer);
  }

  set({ subject, issuer }: Key, kept: Kept): void {
    const own = this.#bySubject.get(subject) ?? new Map<string, Kept>();
    this.#bySubject.set(subject, own.set(issuer, kept));
  }

  delete({ subject, issuer }: Key): void {
    const own = this.#bySubject.get(subject);
    own?.delete(issuer);
    if (own?.size === 0) this.#bySubject.delete(subject);
  }
}
