/** A person enrolled a key with which they sign answers, another one said that it counts, or it was removed; written before it is so. */
export interface KeyChanged {
  readonly type: 'key.changed';
  readonly at: number;
  readonly key: string;
  readonly state: 'enrolled' | 'confirmed' | 'removed';
  /** What its owner calls it. */
  readonly name: string;
  readonly owner: { readonly subject: string; readonly issuer: string };
  readonly by: { readonly subject: string; readonly issuer: string };
}
