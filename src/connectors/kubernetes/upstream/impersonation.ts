/*
 * The headers by which upstream sees the caller itself, and not the gateway.
 *
 * Each group is a header line of its own: joined with commas, a group named `a,system:masters` would become two. What HTTP would change on its
 * way (a space at an end, a line break, half a surrogate pair) is refused, since upstream would then see another name than the one that was judged.
 */
import { Refusal } from '../../../model/refusal.ts';

/** Who upstream is to see. */
export interface Identity {
  readonly subject: string;
  readonly groups: readonly string[];
  readonly uid?: string;
  /** Further facts of the caller, by key. */
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/**
 * Names and values in turn; always with a subject, since groups without one would be the gateway's own power.
 *
 * @throws {Refusal} INTERNAL an identity that cannot be carried exactly; nothing is sent
 * Source: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation
 */
export function impersonationHeaders(identity: Identity): string[] {
  const headers = ['Impersonate-User', fieldValue(identity.subject)];
  for (const group of identity.groups) headers.push('Impersonate-Group', fieldValue(group));
  if (identity.uid !== undefined) headers.push('Impersonate-Uid', fieldValue(identity.uid));
  for (const [key, values] of Object.entries(identity.extra ?? {})) {
    const name = `Impersonate-Extra-${extraKey(key)}`;
    for (const value of values) headers.push(name, fieldValue(value));
  }
  return headers;
}

/** The value as HTTP carries it: UTF-8 bytes, one character each. */
function fieldValue(value: string): string {
  // Security: without this T5 fails.
  if (value === '' || /[\u0000-\u001f\u007f]|^ | $/.test(value) || !value.isWellFormed()) throw notCarried();
  return /^[ -~]*$/.test(value) ? value : Buffer.from(value, 'utf8').toString('latin1');
}

/** Percent-encoded where the API server would not read it back exactly: it lowers a header's name, then decodes. */
function extraKey(key: string): string {
  if (key === '' || !key.isWellFormed()) throw notCarried();
  let encoded = '';
  for (const byte of Buffer.from(key, 'utf8')) {
    const char = String.fromCharCode(byte);
    encoded += /[a-z0-9!#$&'*+.^_`|~-]/.test(char) ? char : `%${byte.toString(16).padStart(2, '0')}`;
  }
  return encoded;
}

function notCarried(): Refusal {
  return new Refusal('INTERNAL', 'the identity of the caller cannot be told to the target exactly', {
    detail:
      'a subject, group, uid or extra of the caller is empty, has a control character or a space at an end, or is no well-formed text',
  });
}
