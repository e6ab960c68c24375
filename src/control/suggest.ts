/*
 * What a caller that no rule allows is told to do: to ask for the smallest grant that would allow it, as a command line, as JSON and as a page for a person;
 * or, where no rule offers one, whom to ask for a rule. Pure.
 *
 * Security: what stands here is the rule's id and bounds, what the caller itself sent, and the operators that the policy names: nothing of the live object (T52).
 */
import type { DenyDecision } from '../model/decision.ts';
import type { GrantScope } from '../model/grant-scope.ts';
import type { Offered } from '../model/offered.ts';
import type { SuggestedGrant, Suggestion } from '../model/suggestion.ts';
import { type Role, reaches } from '../policy/role.ts';
import { durationText } from '../std/duration.ts';

/** What is suggested lasts no longer than this, in milliseconds, whatever its rule lets it; who needs it longer says so. */
const SUGGESTED_FOR_MS = 600_000;

/** Limit: so many operators are named. */
const NAMED_MAX = 3;

interface Place {
  readonly consoleUrl: string;
  readonly roles: readonly Role[];
  readonly target: string;
}

/** The suggestion for what silence refused. */
export function suggest({ offered }: Pick<DenyDecision, 'offered'>, { consoleUrl, roles, target }: Place): Suggestion {
  if (offered === undefined)
    return {
      advice: `no \`request\` rule offers it: ask ${operators(roles, target)} for a rule that allows just this`,
    };
  const grant = suggestedGrant(offered, consoleUrl);
  const said = offered.reason === '' ? '' : ` (${offered.reason})`;
  const asked = offered.isAsked ? `, and a person answers` : '';
  const how = grant.command === undefined ? `rule \`${offered.rule}\`` : `\`${grant.command}\``;
  return { advice: `access can be requested${asked}${said}: ${how}`, grant };
}

function suggestedGrant({ rule, scope, forMaxMs }: Offered, consoleUrl: string): SuggestedGrant {
  const length = durationText(Math.min(forMaxMs, SUGGESTED_FOR_MS));
  const body = ascii(JSON.stringify({ scopes: [{ rule, ...scope }], for: length }));
  const words = commandWords(rule, scope, length);
  const link = `${consoleUrl}/ask?grant=${Buffer.from(body).toString('base64url')}`;
  return words.every((word) => PRINTABLE.test(word))
    ? { command: words.map(quoted).join(' '), body, link }
    : { body, link };
}

function commandWords(rule: string, scope: GrantScope, length: string): readonly string[] {
  const [group = ''] = scope.apiGroups;
  const [resource = '', ...subresource] = (scope.resources[0] ?? '').split('/');
  return [
    ...['sallyport', 'grants', 'request', '--target', scope.target],
    ...scope.namespaces.flatMap((namespace) => ['--namespace', namespace]),
    ...scope.verbs.flatMap((verb) => ['--verb', verb]),
    ...['--resource', [group === '' ? resource : `${resource}.${group}`, ...subresource].join('/')],
    ...scope.resourceNames.flatMap((name) => ['--name', name]),
    ...['--rule', rule, '--for', length],
  ];
}

/** Security: what is printed in a sentence, between backticks, and typed again (T54). */
const PRINTABLE = /^[\x20-\x5f\x61-\x7e]*$/;

/** A word as a shell takes it for one. */
function quoted(word: string): string {
  return /^[\w.:@%+=,/-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** The same JSON without a character that a terminal or a header could take for something else. */
function ascii(json: string): string {
  return json.replaceAll(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Who reaches the target as an operator, as the policy names them. */
function operators(roles: readonly Role[], target: string): string {
  const place = { target, namespaces: [] };
  const matches = roles.filter((role) => reaches([role], ['operator'], place)).flatMap(({ callers }) => callers);
  const named = matches.flatMap(({ groups = [], subjects = [] }) => [
    ...groups.map((group) => `group \`${group}\``),
    ...subjects.map((subject) => `\`${subject}\``),
  ]);
  const plain = [...new Set(named)].filter((name) => PRINTABLE.test(name.replaceAll('`', '')));
  return plain.length === 0 ? 'whoever runs this gateway' : plain.slice(0, NAMED_MAX).join(' or ');
}
