import type { Impersonation } from '../cli/target/bootstrap.ts';
import type { Config } from '../config/load.ts';
import { DEFAULT_UPSTREAM_LIMITS } from '../connectors/kubernetes/upstream/limits.ts';
import { provenRight } from '../connectors/kubernetes/upstream/prove-right.ts';
import { Refusal } from '../model/refusal.ts';
import { systemClock } from '../std/clock.ts';
import { wayTo } from './way-to.ts';

/** Limit: how long the target may take to answer all that it is asked. */
const PROOF_TIMEOUT_MS = 30_000;

/** By which right the target lets the gateway act for callers: asked with the gateway’s own credential, and nothing is stored there. */
export async function proveImpersonation(config: Config, name: string): Promise<Impersonation> {
  const target = config.targets.find((each) => each.name === name);
  if (target === undefined) return { failed: 'there is no such target' };
  const way = wayTo(target, config, systemClock, () => {});
  const [acting, self] = [way({ identity: 'caller', limits }), way({ identity: 'credential', limits })];
  try {
    return await provenRight(acting, self, AbortSignal.timeout(PROOF_TIMEOUT_MS));
  } catch (error) {
    if (error instanceof Refusal)
      return { failed: error.detail === '' ? error.message : `${error.message}: ${error.detail}` };
    throw error;
  } finally {
    await Promise.all([acting.close(), self.close()]);
  }
}

const limits = DEFAULT_UPSTREAM_LIMITS;
