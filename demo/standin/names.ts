/** What a name may be, with the API server's words for what it may not. */

import type { Kind } from './kinds.ts';
import { type FieldProblem, invalidValue } from './status.ts';

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomain = `${label}(\\.${label})*`;

const subdomainWords =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric " +
  `character (e.g. 'example.com', regex used for validation is '${subdomain}')`;
const labelWords =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character " +
  `(e.g. 'my-name',  or '123-abc', regex used for validation is '${label}')`;
const serviceWords =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric " +
  "character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

/** What is wrong with a name for a kind; nothing where it may be used. Limit: 63 characters for labels, 253 for the others. */
export function nameProblems(kind: Kind, name: string): readonly FieldProblem[] {
  if (kind.group === 'rbac.authorization.k8s.io') {
    return /[/%]|^\.\.?$/.test(name) ? [invalidValue('metadata.name', name, "may not contain '/' or '%'")] : [];
  }
  if (kind.resource === 'namespaces' && kind.group === '') return check(name, new RegExp(`^${label}$`), labelWords, 63);
  if (kind.resource === 'services' && kind.group === '')
    return check(name, /^[a-z]([-a-z0-9]*[a-z0-9])?$/, serviceWords, 63);
  return check(name, new RegExp(`^${subdomain}$`), subdomainWords, 253);
}

function check(name: string, pattern: RegExp, words: string, charactersMax: number): readonly FieldProblem[] {
  const problems = pattern.test(name) ? [] : [invalidValue('metadata.name', name, words)];
  if (name.length > charactersMax)
    problems.push(invalidValue('metadata.name', name, `must be no more than ${charactersMax} characters`));
  return problems;
}

/** A name from its stem: five characters are added, of those that spell no words. */
export function generatedName(stem: string): string {
  return `${stem.slice(0, 58)}${randomSuffix(5)}`;
}

export function randomSuffix(length: number): string {
  const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
  return Array.from(crypto.getRandomValues(new Uint8Array(length)), (byte) => alphabet[byte % alphabet.length]).join(
    '',
  );
}
