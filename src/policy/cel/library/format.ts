import { type CelFunc, CelScalar, celFunc, celMethod, listType } from '@bufbuild/cel';
import { opaque, reads } from './opaque.ts';
import { parseUrl } from './url.ts';

const { BOOL, STRING } = CelScalar;
const Format = opaque('NamedFormat');
/* CEL's own optional values are not in the engine: these two have the methods that users of formats call. */
const OptionalFormat = opaque('OptionalFormat');
const OptionalList = opaque('OptionalList');

const LABEL = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?';
const LABEL_1035 = '[a-z](?:[-a-z0-9]*[a-z0-9])?';
const QUALIFIED = '[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?';

function shape(expression: string, lengthMax: number): (text: string) => boolean {
  const regex = new RegExp(`^(?:${expression})$`);
  return (text) => text.length <= lengthMax && regex.test(text);
}

const isSubdomain = shape(`${LABEL}(?:\\.${LABEL})*`, 253);
const isQualifiedPart = shape(QUALIFIED, 63);

/** A name that something is added to may end in a dash; what stands before the dash goes with it. Source: `maskTrailingDash` in k8s.io/apimachinery */
function prefix(test: (text: string) => boolean): (text: string) => boolean {
  return (text) => test(text.length > 1 && text.endsWith('-') ? `${text.slice(0, -2)}a` : text);
}

function isQualifiedName(text: string): boolean {
  const parts = text.split('/');
  if (parts.length === 1) return isQualifiedPart(text);
  return parts.length === 2 && isSubdomain(parts[0] as string) && isQualifiedPart(parts[1] as string);
}

function isDate(text: string): boolean {
  const at = Date.parse(`${text}T00:00:00Z`);
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

function isDateTime(text: string): boolean {
  return (
    /^\d{4}-\d\d-\d\d[Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(text) &&
    isDate(text.slice(0, 10))
  );
}

/** Source: `ConstantFormats` in pkg/cel/library/format.go of k8s.io/apiserver v0.35.4 */
const FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  dns1123Label: shape(LABEL, 63),
  dns1123Subdomain: isSubdomain,
  dns1035Label: shape(LABEL_1035, 63),
  qualifiedName: isQualifiedName,
  dns1123LabelPrefix: prefix(shape(LABEL, 63)),
  dns1123SubdomainPrefix: prefix(isSubdomain),
  dns1035LabelPrefix: prefix(shape(LABEL_1035, 63)),
  labelValue: (text) => text === '' || isQualifiedPart(text),
  uri: (text) => reads(parseUrl, text),
  uuid: (text) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i.test(text),
  byte: (text) => text !== '' && text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text),
  date: isDate,
  datetime: isDateTime,
};

/** What is wrong with a text, as JSON; empty where nothing is. */
function findings(name: string, text: string): string {
  return FORMATS[name]?.(text) === true ? '' : JSON.stringify([`does not match the format ${name}`]);
}

/** `format.NAME()`, `format.named(NAME)` and `validate`. */
export const FORMAT: readonly CelFunc[] = [
  ...Object.keys(FORMATS).map((name) => celFunc(`format.${name}`, [], Format.type, () => Format.wrap(name))),
  celFunc('format.named', [STRING], OptionalFormat.type, (name) =>
    OptionalFormat.wrap(Object.hasOwn(FORMATS, name) ? name : ''),
  ),
  celMethod('hasValue', OptionalFormat.type, [], BOOL, function () {
    return OptionalFormat.unwrap(this) !== '';
  }),
  celMethod('value', OptionalFormat.type, [], Format.type, function () {
    const name = OptionalFormat.unwrap(this);
    if (name === '') throw new Error('no format has this name');
    return Format.wrap(name);
  }),
  celMethod('validate', Format.type, [STRING], OptionalList.type, function (text) {
    return OptionalList.wrap(findings(Format.unwrap(this), text));
  }),
  celMethod('hasValue', OptionalList.type, [], BOOL, function () {
    return OptionalList.unwrap(this) !== '';
  }),
  celMethod('value', OptionalList.type, [], listType(STRING), function () {
    const text = OptionalList.unwrap(this);
    if (text === '') throw new Error('nothing is wrong with it');
    return JSON.parse(text) as string[];
  }),
];
