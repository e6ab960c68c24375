import type { Gateway } from '../pipeline/gateway.ts';
import type { Target } from './target.ts';

/** A target that is served: what the data path is given, and how it is closed. */
interface Served {
  readonly gateway: Gateway;
  readonly close: () => Promise<void>;
}

/** The targets of a gateway: those of its configuration, and those that come and go. */
export class ServedTargets {
  readonly #served = new Map<string, Served>();
  readonly #gatewayOf: (name: string, target: Target) => Gateway;
  readonly #onFailure: (error: unknown) => void;

  constructor(gatewayOf: (name: string, target: Target) => Gateway, onFailure: (error: unknown) => void) {
    this.#gatewayOf = gatewayOf;
    this.#onFailure = onFailure;
  }

  get(name: string): Gateway | undefined {
    return this.#served.get(name)?.gateway;
  }

  /** All that are served now. */
  values(): Iterable<Gateway> {
    return [...this.#served.values()].map(({ gateway }) => gateway);
  }

  /** Whether requests that name it are for it. */
  has(name: string): boolean {
    return this.#served.has(name);
  }

  /** Serves it from now on; what the one before it has under way goes on to its end. */
  open(name: string, target: Target): void {
    this.close(name);
    this.#served.set(name, { gateway: this.#gatewayOf(name, target), close: () => target.close() });
  }

  close(name: string): void {
    const served = this.#served.get(name);
    this.#served.delete(name);
    served?.close().catch(this.#onFailure);
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.#served.values()].map(({ close }) => close()));
  }
}
