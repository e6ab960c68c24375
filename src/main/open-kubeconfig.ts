import { CliError } from '../cli/cli-error.ts';
import { readKubeconfig } from '../connectors/kubernetes/upstream/kubeconfig.ts';
import { KubeconfigError } from '../connectors/kubernetes/upstream/kubeconfig-document.ts';
import { DEFAULT_UPSTREAM_LIMITS } from '../connectors/kubernetes/upstream/limits.ts';
import { createUpstream, type Upstream } from '../connectors/kubernetes/upstream/upstream.ts';
import { systemClock } from '../std/clock.ts';

/** The way to the cluster of a kubeconfig’s context, or its current one, as that context’s user. @throws {CliError} it cannot be used */
export function openKubeconfig(file: string, context: string | undefined): Upstream {
  try {
    const named = context === undefined ? {} : { context };
    const reach = readKubeconfig({ file, ...named, clock: systemClock, environment: process.env });
    return createUpstream({ ...reach, identity: 'credential', limits: DEFAULT_UPSTREAM_LIMITS });
  } catch (error) {
    if (error instanceof KubeconfigError) throw new CliError(error.message);
    throw error;
  }
}
