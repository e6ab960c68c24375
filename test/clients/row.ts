/** One line of the table: what a person types, and what is looked at afterwards. */
export interface Row {
  /** Unique among its client's rows. */
  readonly name: string;
  /** A line of shell, run in a folder with the manifests; `$NS` is the namespace, which is also the kubeconfig's. */
  readonly run: string;
  /** Whether it cannot go by a server URL with a path, and takes the target's own port. */
  readonly isPathless?: true;
  /** Whether it knows no `tokenFile` in a kubeconfig, and takes a credential plugin of this version. */
  readonly plugin?: 'v1' | 'v1beta1';
  /** How long it may take before it counts as one that hangs, where three minutes are too few. */
  readonly minutesMax?: number;
  /** Where the client itself prints what it has read in no fixed order, lines are compared sorted. */
  readonly isUnordered?: true;
  /** What happens while it runs, each step once and in order. */
  readonly steps?: readonly Step[];
  /** Objects whose stored form is compared, as an administrator's `kubectl get` names them: `configmap/one`. */
  readonly stored?: readonly string[];
}

/** Something done once the output matches `when`. */
export interface Step {
  readonly when: RegExp;
  readonly act:
    | { readonly type: string } // sent to standard input
    | { readonly admin: string } // a line of shell of an administrator's, straight to the cluster
    | { readonly fetch: string } // a path, fetched from 127.0.0.1 and the port that `when` captured, and added to the output
    | 'interrupt'; // as Ctrl-C does
}
