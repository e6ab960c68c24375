/** What a grant, or a token of the gateway's own, is for, in a rule's own keys. */
export interface GrantScope {
  /** One target, by name. */
  readonly target: string;
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  /** None: every name that the rule reaches. */
  readonly resourceNames: readonly string[];
  /** Names, without `*`; none: what the rule reaches, which then names no namespace itself. */
  readonly namespaces: readonly string[];
  /** Whether the places are shown that the rule's `unmask` names; absent: they are masked, as for everybody. */
  readonly unmask?: true | undefined;
}
