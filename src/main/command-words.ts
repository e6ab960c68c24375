import { CliError } from '../cli/cli-error.ts';
import { splitWords } from '../cli/policy/words.ts';
import { Refusal } from '../model/refusal.ts';

/** Where kubectl connects and as whom: none of it is part of what is asked of policy. */
const CONNECTION = new Set([
  '--context',
  '--kubeconfig',
  '--cluster',
  '--user',
  '--server',
  '-s',
  '--token',
  '--request-timeout',
  '--cache-dir',
]);

/** How kubectl prints: neither. */
const PRINTING = new Set(['-o', '--output', '--template', '--sort-by']);

/**
 * A command as a person pastes it, as the words of what it asks for: without `kubectl` itself (and what stands before it, a prompt or variables), where it
 * connects, and how it prints.
 *
 * @throws {Refusal} REQUEST_MALFORMED a quote is not closed, or nothing is asked
 */
export function commandWords(command: string): readonly string[] {
  const words = split(command.replaceAll(/\\\r?\n/g, ' ').trim());
  const at = words.findIndex((word) => /(^|\/)kubectl$/.test(word));
  const own = at < 0 ? words.filter((word, i) => i > 0 || word !== '$') : words.slice(at + 1);
  const end = own.indexOf('--');
  const [asked, argv] = end < 0 ? [own, []] : [own.slice(0, end), own.slice(end)];
  const kept: string[] = [];
  for (let i = 0; i < asked.length; i++) {
    const word = asked[i] as string;
    const name = word.split('=')[0] as string;
    if (!CONNECTION.has(name) && !PRINTING.has(name) && !/^-o\w/.test(word)) kept.push(word);
    else if (name === word && !/^-o\w/.test(word)) i++;
  }
  if (kept.length === 0)
    throw new Refusal('REQUEST_MALFORMED', 'nothing is asked: paste a command such as `kubectl get pods -n shop`');
  return [...kept, ...argv];
}

function split(line: string): readonly string[] {
  try {
    return splitWords(line);
  } catch (error) {
    if (error instanceof CliError) throw new Refusal('REQUEST_MALFORMED', error.message);
    throw error;
  }
}
