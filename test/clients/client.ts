/** A client that can be put to use. */
export interface Client {
  readonly name: ClientName;
  /** What this machine lacks to make it, as an imperative; undefined where nothing. */
  readonly missing: string | undefined;
  /** Makes it where it is not in the cache yet; resolves with the folder to put in front of PATH. */
  prepare(): Promise<string>;
}

export type ClientName =
  | `kubectl-${'1.27' | '1.30' | '1.33' | '1.35' | '1.36' | '1.37'}`
  | 'helm-3'
  | 'helm-4'
  | 'python'
  | 'python-frameworks'
  | 'javascript'
  | 'client-go'
  | 'controller-runtime'
  | 'gitops'
  | 'terraform'
  | 'java'
  | 'kube-rs'
  | 'ansible';
