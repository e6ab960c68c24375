import type { BootstrapPorts } from '../cli/target/bootstrap.ts';
import { powerOf } from '../connectors/kubernetes/powers.ts';
import { proveImpersonation } from './prove-impersonation.ts';
import { readVersion } from './read-version.ts';

/** What `sallyport target bootstrap` needs of the connector. */
export const bootstrapPorts: BootstrapPorts = { powerOf, versionOf: readVersion, proveImpersonation };
