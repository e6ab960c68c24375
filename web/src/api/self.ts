/*
 * Who is signed in. The token of the identity provider never reaches the page: the gateway keeps it beside a cookie that scripts cannot read, and gives the page
 * what it needs to show, with the word that each change must bring along.
 */

/** The person at the page. */
export interface Self {
  readonly subject: string;
  readonly issuer: string;
  readonly groups: readonly string[];
  readonly kind: 'autonomous' | 'person';
  readonly person?: string;
  readonly roles: readonly ('auditor' | 'operator' | 'approver')[];
  readonly seats: readonly string[];
  /** Rules whose questions they may hand to another. */
  readonly delegable: readonly string[];
  readonly tokenEndsAt: string;
  readonly session?: {
    readonly id: string;
    readonly signedInAt?: string;
    readonly idleEndsAt: string;
    readonly endsAt: string;
    readonly csrf: string;
  };
}

let csrf: string | undefined;

/** Remembers what each change must bring along. */
export function learnSelf(self: Self): Self {
  csrf = self.session?.csrf;
  return self;
}

/** What each change brings along, where the page is signed in. */
export function csrfHeader(): Readonly<Record<string, string>> {
  return csrf === undefined ? {} : { 'x-csrf-token': csrf };
}

/** Whether the person holds one of the roles somewhere; where, the gateway knows. */
export function holds(self: Self | undefined, ...roles: readonly Self['roles'][number][]): boolean {
  return self?.roles.some((role) => roles.includes(role)) ?? false;
}

/** Whether something is the reader's own. */
export function isOwn(self: Self | undefined, who: { readonly subject: string; readonly issuer: string }): boolean {
  return self !== undefined && who.subject === self.subject && who.issuer === self.issuer;
}
