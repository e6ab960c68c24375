import type { BootstrapPorts } from '../cli/target/bootstrap.ts';
import type { CheckPorts } from '../cli/target/check.ts';
import { powerOf } from '../connectors/kubernetes/powers.ts';
import { checkConfigured } from './check-target.ts';
import { proveImpersonation } from './prove-impersonation.ts';
import { readVersion } from './read-version.ts';

/** What `sallyport target` needs of the connector. */
export const bootstrapPorts: BootstrapPorts & CheckPorts = {
  powerOf,
  versionOf: readVersion,
  proveImpersonation,
  checkConfigured,
};
