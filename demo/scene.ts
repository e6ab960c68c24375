import type { Step } from './tour.ts';

/** A gateway before a cluster, ready for the tour. */
export interface Scene {
  readonly gatewayUrl: string;
  readonly clusterName: string;
  readonly targetName: string;
  /** The caller that the tour's kubectl is. */
  readonly subject: string;
  readonly kubeconfigFile: string;
  /** Past the gateway, as who may do everything; there where the cluster is the demo's own. */
  readonly administratorFile?: string;
  readonly configFile: string;
  /** What commands that ask the control plane find in their environment. */
  readonly control: Readonly<Record<string, string>>;
  /** The same for the person who answers; absent where nobody is asked. */
  readonly approver?: Readonly<Record<string, string>>;
  /** Who signs in to the console with a browser; there where `approver` is. */
  readonly person?: string;
  readonly policyFile: string;
  readonly steps: readonly Step[];
  stop(): Promise<void>;
}
