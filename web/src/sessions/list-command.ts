import type { SessionFilters } from '../api/queries.ts';
import { commandLine } from '../words/shell-word.ts';

/** The command that finds the same: sessions are listed by caller, cluster and time alone, and whatever else is asked is asked of their calls. */
export function listCommand({
  text,
  caller,
  target,
  namespace,
  resource,
  verb,
  rule,
  decision,
  since,
}: SessionFilters): string {
  const ofCalls: readonly (readonly [string, string | undefined])[] = [
    ['--namespace', namespace],
    ['--resource', resource],
    ['--verb', verb],
    ['--rule', rule],
    ['--decision', decision],
  ];
  const isOfCalls = text !== undefined || ofCalls.some(([, value]) => value !== undefined);
  const options: readonly (readonly [string, string | undefined])[] = [
    ['--subject', caller],
    ['--target', target],
    ...ofCalls,
    ['--since', since],
  ];
  return commandLine(
    ...['sallyport', 'sessions', isOfCalls ? 'search' : 'list'],
    ...options.flatMap(([option, value]) => (value === undefined ? [] : [option, value])),
    ...(text === undefined ? [] : ['--', ...text.split(/\s+/).filter(Boolean)]),
  );
}
