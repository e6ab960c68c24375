import type { Caller } from '../model/caller.ts';
import { identitiesOf } from '../model/identities-of.ts';
import { Refusal } from '../model/refusal.ts';
import type { Kill } from './row-body.ts';

type Identities = Parameters<typeof identitiesOf>[0];

/** The kills in force, found without a search. */
export class LiveKills {
  readonly #kills = new Map<string, Kill>();
  /** By what is stopped. */
  readonly #stopped = new Map<string, Kill>();

  get isEmpty(): boolean {
    return this.#kills.size === 0;
  }

  list(): readonly Kill[] {
    return [...this.#kills.values()];
  }

  set(kill: Kill): void {
    if (kill.liftedAt === undefined) this.#kills.set(kill.id, kill);
    else this.#kills.delete(kill.id);
    this.#index();
  }

  /** Another stands for it. */
  forget(id: string): void {
    this.#kills.delete(id);
    this.#index();
  }

  /** Replaces all but those that `keep` names. */
  replace(kills: readonly Kill[], keep: (id: string) => boolean): void {
    for (const id of this.#kills.keys()) if (!keep(id)) this.#kills.delete(id);
    for (const kill of kills) if (kill.liftedAt === undefined) this.#kills.set(kill.id, kill);
    this.#index();
  }

  /** @throws {Refusal} KILLED */
  refuse(caller: Caller, target: string, session: string): void {
    const kill =
      this.#stopped.get('all ') ??
      this.#stopped.get(`target ${target}`) ??
      this.#ofCaller(caller) ??
      this.#stopped.get(`session ${session}`);
    if (kill !== undefined) throw refused(kill);
  }

  /**
   * Who is stopped by name has nothing to ask or answer at the control plane either. Targets, sessions and all are stopped on the data path alone: whoever lifts that needs the control plane.
   *
   * @throws {Refusal} KILLED
   */
  refuseCaller(caller: Caller): void {
    const kill = this.isEmpty ? undefined : this.#ofCaller(caller);
    if (kill !== undefined) throw refused(kill);
  }

  /** Whether somebody is stopped by name: by their own, or that of the person behind them. */
  stops(who: Identities): boolean {
    return !this.isEmpty && this.#ofCaller(who) !== undefined;
  }

  #ofCaller(caller: Identities): Kill | undefined {
    for (const name of identitiesOf(caller)) {
      const kill = this.#stopped.get(`caller ${name}`);
      if (kill !== undefined) return kill;
    }
    return undefined;
  }

  #index(): void {
    this.#stopped.clear();
    for (const kill of this.#kills.values()) this.#stopped.set(`${kill.what} ${kill.value}`, kill);
  }
}

/** What is stopped, in words. */
export function killedWords({ what, value }: Pick<Kill, 'what' | 'value'>): string {
  return what === 'all' ? 'everything' : `${what} \`${value}\``;
}

function refused(kill: Kill): Refusal {
  return new Refusal('KILLED', `an operator has stopped ${killedWords(kill)}: ${kill.reason}`, {
    advice: `ask \`${kill.by}\`; \`sallyport kill lift ${kill.id}\` ends it`,
  });
}
