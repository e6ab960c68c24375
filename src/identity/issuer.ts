/** One issuer of tokens, as the configuration has it. */
export interface Issuer {
  /** The name in the configuration; appears in rules and recordings. */
  readonly name: string;
  /** The `iss` claim, exactly. */
  readonly url: string;
  /** A token must name one of these in `aud`. Never empty. */
  readonly audiences: readonly string[];
  /** Where the keys come from. */
  readonly keys:
    | { readonly from: 'discovery' }
    | { readonly from: 'url'; readonly url: string }
    | { readonly from: 'file'; readonly file: string };
  /** A file of PEM certificates to trust for discovery and keys, read at each fetch; the system's own where undefined. */
  readonly caFile: string | undefined;
  readonly subject: { readonly claim: string; readonly prefix: string };
  readonly groups: { readonly claim: string; readonly prefix: string };
  /** Label to claim. */
  readonly labels: Readonly<Record<string, string>>;
  readonly kind: 'autonomous' | 'person';
  /** The claim that names the person behind the token. */
  readonly person?: { readonly claim: string } | undefined;
}
