import type { Step } from '../clients/row.ts';

/** A way in which somebody uses a cluster: a line of shell, with the client in front of PATH, `$KUBECONFIG` and the namespace set. */
export interface Way {
  readonly run: string;
  readonly steps?: readonly Step[];
  /** It prints what it was given itself, so that only what came over the wire is looked at. */
  readonly printsItsOwn?: true;
  /** It ends with another exit code than 0: the cluster or the gateway refuses it, or it tells differences so. Else it must do what it says. */
  readonly fails?: true;
}
