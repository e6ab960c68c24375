/** What a caller takes: plain JSON, YAML, a table, metadata only. What cannot be given is 406, as the API server says it. */

import { StatusError } from './status.ts';
import type { IncludeObject } from './tables/table.ts';

export interface Wanted {
  readonly encoding: 'json' | 'yaml';
  readonly as: 'object' | 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList';
  readonly version: string;
  readonly include: IncludeObject;
  readonly isPretty: boolean;
}

interface Clause {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** @throws {StatusError} 406 */
export function negotiated(accept: string | undefined, query: URLSearchParams, userAgent: string): Wanted {
  const isPretty = query.has('pretty')
    ? !['0', 'false'].includes(query.get('pretty') ?? '')
    : /^(curl\/|Wget|Mozilla\/5\.0)/.test(userAgent);
  const include = includeOf(query.get('includeObject') ?? '');
  for (const clause of clauses(accept)) {
    const encoding = encodingOf(clause.type);
    if (encoding === undefined) continue;
    const as = clause.parameters.get('as') ?? '';
    const [group, version] = [clause.parameters.get('g') ?? '', clause.parameters.get('v') ?? 'v1'];
    if (as === '') return { encoding, as: 'object', version: '', include, isPretty };
    const isKnown = group === 'meta.k8s.io' && (version === 'v1' || version === 'v1beta1');
    if (isKnown && (as === 'Table' || as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList')) {
      return { encoding, as, version, include, isPretty };
    }
  }
  const available = 'application/json, application/yaml, application/json;stream=watch';
  throw new StatusError(406, 'NotAcceptable', `406: Not Acceptable\n\nAvailable representations: ${available}`, {});
}

/** The clauses of an Accept header, most wanted first; anything where there is none. */
export function clauses(accept: string | undefined): readonly Clause[] {
  if (accept === undefined || accept.trim() === '') return [{ type: '*/*', parameters: new Map() }];
  const parsed = accept.split(',').map((part) => {
    const [type = '', ...rest] = part.split(';').map((each) => each.trim());
    const parameters = new Map(rest.map((each) => [each.split('=')[0] ?? '', each.slice(each.indexOf('=') + 1)]));
    return { type: type.toLowerCase(), parameters };
  });
  const quality = (clause: Clause): number => Number(clause.parameters.get('q') ?? 1);
  return parsed.sort((a, b) => quality(b) - quality(a));
}

function encodingOf(type: string): 'json' | 'yaml' | undefined {
  if (type === 'application/json' || type === '*/*' || type === 'application/*') return 'json';
  return type === 'application/yaml' ? 'yaml' : undefined;
}

function includeOf(text: string): IncludeObject {
  return text === 'Object' || text === 'None' ? text : 'Metadata';
}
