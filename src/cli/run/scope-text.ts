import type { GrantAskBody } from '../../control/contract.ts';
import { CliError } from '../cli-error.ts';
import { scopesOf } from '../control/scope-options.ts';

type Scope = GrantAskBody['scopes'][number];

const FORM = 'VERB[,VERB…] RESOURCE[,RESOURCE…] [NAME…] [-n NAMESPACE]';

/**
 * The scopes that a text means: `get,list pods,deployments.apps -n shop`. One of each API group, since a grant's scope has one.
 *
 * @throws {CliError} it has another form
 */
export function scopesOfText(text: string, target: string): readonly Scope[] {
  const words = text.split(/\s+/).filter((word) => word !== '');
  const rest: string[] = [];
  const namespace: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    const [, inline] = /^(?:-n|--namespace)(?:=(.+))?$/.exec(word) ?? [undefined, ''];
    if (inline === '') rest.push(word);
    else namespace.push(...(inline ?? words[++i] ?? '').split(','));
  }
  const [verbs, resources, ...name] = rest;
  if (verbs === undefined || resources === undefined || rest.some((word) => word.startsWith('-')))
    throw new CliError(`--scope \`${text}\` is not of the form \`${FORM}\``);
  if (namespace.includes('')) throw new CliError(`--scope \`${text}\` names no namespace behind -n`);
  return scopesOf({ target, verb: split(verbs), resource: split(resources), name, namespace });
}

function split(list: string): string[] {
  return list.split(',').filter((word) => word !== '');
}
