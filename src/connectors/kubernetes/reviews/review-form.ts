/*
 * The form in which a review of oneself is asked for upstream, by what its client accepts, in its order of preference.
 *
 * Its status is written anew, so it has to come in a form that can be read here: JSON where the client takes it, whatever else it would rather have (a client
 * reads by content type, and JSON keeps what a newer release brings); protobuf where it takes no JSON. YAML is asked for as JSON, which is YAML, and called so.
 * Metadata alone, tables and what nobody serves are upstream's own to answer or to refuse.
 *
 * Source: NegotiateMediaTypeOptions, https://github.com/kubernetes/apiserver/blob/v0.37.2/pkg/endpoints/handlers/negotiation/negotiate.go
 */
import type { Headers } from '../../../model/request.ts';

/** The media types in which a review can be answered. */
const JSON_TYPES: ReadonlySet<string> = new Set(['application/json', 'application/*', '*/*']);
const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const YAML = 'application/yaml';

/** What upstream is asked for. */
export interface ReviewForm {
  /** The header `Accept`; undefined as it came, where nothing in it can be served. */
  readonly accept: string | undefined;
  /** JSON is asked for, and answered as YAML. */
  readonly isYaml: boolean;
  /** Less than the review is asked for: its metadata. */
  readonly isMetadata: boolean;
}

/** The form for a client that sent these headers; JSON where it said nothing. */
export function reviewForm(headers: Headers): ReviewForm {
  const header = (headers.get('accept') ?? []).join(',').trim();
  if (header === '') return { accept: 'application/json', isYaml: false, isMetadata: false };
  const clauses = header.split(',').flatMap(clauseOf).sort(byPreference);
  const takesJson = clauses.some(({ type, as }) => as === '' && JSON_TYPES.has(type));
  const chosen = clauses.find(({ type }) => JSON_TYPES.has(type) || type === YAML || (type === PROTOBUF && !takesJson));
  if (chosen === undefined) return { accept: undefined, isYaml: false, isMetadata: false };
  const type = chosen.type === PROTOBUF ? PROTOBUF : 'application/json';
  return {
    accept: [type, ...chosen.parameters].join(';'),
    isYaml: chosen.type === YAML,
    isMetadata: chosen.as === 'partialobjectmetadata',
  };
}

interface Clause {
  readonly type: string;
  readonly weight: number;
  readonly parameters: readonly string[];
  /** Another kind that the object is asked for as, in small letters; empty for itself. */
  readonly as: string;
}

function clauseOf(text: string): readonly Clause[] {
  const [type = '', ...rest] = text.split(';').map((part) => part.trim());
  const weight = Number(rest.find((part) => /^q=/i.test(part))?.slice(2) ?? 1);
  // Of a weight that is no number upstream makes zero, which is what nobody wants.
  if (!(weight > 0)) return [];
  const parameters = rest.filter((part) => part !== '' && !/^q=/i.test(part));
  const as = parameters.find((part) => /^as=/i.test(part))?.slice(3) ?? '';
  return [{ type: type.toLowerCase(), weight, parameters, as: as.toLowerCase() }];
}

/** By weight, and of equal weight what is named before what is meant by a `*`. */
function byPreference(a: Clause, b: Clause): number {
  return b.weight - a.weight || wildness(a.type) - wildness(b.type);
}

function wildness(type: string): number {
  return type.split('*').length - 1;
}
