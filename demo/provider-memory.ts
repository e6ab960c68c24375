/** What the provider keeps of a sign-in until it is over, in memory: sessions, interactions, codes. Clients are those that were asked for. */
interface Kept {
  readonly payload: Record<string, unknown>;
  readonly endsAt: number;
}

/** An adapter of oidc-provider over one memory, which outlives a change of keys. */
export function memoryAdapter(
  memory: Map<string, Kept>,
  clientOf: (id: string) => object | undefined,
): new (
  model: string,
) => object {
  const alive = (key: string) => {
    const kept = memory.get(key);
    return kept === undefined || kept.endsAt < Date.now() ? undefined : kept;
  };
  return class {
    readonly #model: string;

    constructor(model: string) {
      this.#model = model;
    }

    async find(id: string): Promise<object | undefined> {
      return this.#model === 'Client' ? clientOf(id) : alive(`${this.#model} ${id}`)?.payload;
    }

    async upsert(id: string, payload: Record<string, unknown>, expiresInSeconds?: number): Promise<void> {
      const now = Date.now();
      for (const [key, { endsAt }] of memory) if (endsAt < now) memory.delete(key);
      memory.set(`${this.#model} ${id}`, { payload, endsAt: now + (expiresInSeconds ?? 3600) * 1000 });
    }

    async destroy(id: string): Promise<void> {
      memory.delete(`${this.#model} ${id}`);
    }

    async consume(id: string): Promise<void> {
      const kept = alive(`${this.#model} ${id}`);
      if (kept !== undefined) kept.payload['consumed'] = Math.floor(Date.now() / 1000);
    }

    async revokeByGrantId(grantId: string): Promise<void> {
      for (const [key, { payload }] of memory) if (payload['grantId'] === grantId) memory.delete(key);
    }

    async findByUid(uid: string): Promise<object | undefined> {
      for (const [key, { payload }] of memory)
        if (key.startsWith(`${this.#model} `) && payload['uid'] === uid) return alive(key)?.payload;
      return undefined;
    }

    async findByUserCode(): Promise<undefined> {}
  };
}
