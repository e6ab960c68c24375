import { flagOf } from '../detect/flag.ts';
import { isSecretLooking } from '../detect/is-secret-looking.ts';
import { KUBECONFIG_SECRETS } from '../detect/kubeconfig-secrets.ts';
import { isDescribing, isTellingKey, isTellingPair, tellsOfEach } from '../detect/telling-key.ts';
import type { DocumentNode, MapNode, ScalarNode } from './document-node.ts';

/** A scalar of a document, and whether its place says that it is secret as a whole. */
export interface SecretValue {
  readonly scalar: ScalarNode;
  readonly path: string;
  readonly key: string;
  readonly form: 'text' | 'base64';
  /** Undefined: it is looked into. */
  readonly detector: string | undefined;
}

/** What is below a mapping that has a meaning of its own. */
type Within = 'kube-user' | 'registry' | 'registries' | undefined;

/** Every scalar of a document, in its order, with what its place says of it; of an object in it, with what `objectValues` says. */
export function* secretValues(
  document: DocumentNode,
  path: string,
  objectValues?: ObjectValues,
): Generator<SecretValue> {
  yield* valuesOf({ node: document, path, key: '', within: undefined, objectValues });
}

/** What rules say of an object's scalars: which are secret. */
export type ObjectValues = (object: MapNode, path: string) => Iterable<SecretValue>;

/** Where a walk is. */
interface At {
  readonly node: DocumentNode;
  readonly path: string;
  readonly key: string;
  readonly within: Within;
  /** Whether the key before it says that each value below is secret. */
  readonly isOfEach?: boolean;
  /** Whether it is a Secret that does not say so, as those of a list of Secrets. */
  readonly isSecret?: boolean;
  readonly objectValues: ObjectValues | undefined;
}

function* valuesOf(at: At): Generator<SecretValue> {
  const { node, path, key, objectValues } = at;
  switch (node.kind) {
    case 'scalar':
      yield { scalar: node, path, key, form: 'text', detector: undefined };
      return;
    case 'list':
      for (const [index, item] of node.items.entries()) {
        const before = node.items[index - 1];
        const flag = before?.kind === 'scalar' ? flagOf(before.text) : undefined;
        yield* valuesOf({ ...at, isOfEach: false, node: item, path: step(path, String(index)), key: flag ?? key });
      }
      return;
    case 'map':
      if (objectValues !== undefined && isObject(node)) yield* objectValues(node, path);
      if (objectValues === undefined || !isObject(node) || isList(node)) yield* valuesOfMap(node, at);
  }
}

/** An object of Kubernetes, and no list of them; where it says both, each is judged. */
function isObject(map: MapNode): boolean {
  return saysAny(map, 'kind', (kind) => !kind.endsWith('List')) && saysAny(map, 'apiVersion', () => true);
}

function isList(map: MapNode): boolean {
  return saysAny(map, 'kind', (kind) => kind.endsWith('List'));
}

function* valuesOfMap(map: MapNode, at: At): Generator<SecretValue> {
  const { path: root, within, isOfEach = false, objectValues } = at;
  const isSecret = at.isSecret === true || saysAny(map, 'kind', (kind) => kind === 'Secret');
  const isOfSecrets = saysAny(map, 'kind', (kind) => kind === 'SecretList');
  const isTelling = saysAny(map, 'name', isTellingPair);
  for (const { key, node } of map.entries) {
    const path = step(root, key);
    const form = isSecret ? formsOfSecrets.get(key.toLowerCase()) : undefined;
    if (form !== undefined) yield* wholes(node, path, form);
    else if (node.kind === 'scalar')
      yield { scalar: node, path, key, ...judged(key, node, { within, isBesideTelling: isTelling, isOfEach }) };
    else
      yield* valuesOf({
        node,
        path,
        key,
        within: below(key, node, within),
        isOfEach: tellsOfEach(key),
        isSecret: isOfSecrets && key.toLowerCase() === 'items',
        objectValues,
      });
  }
}

/** Readers of Go find fields whatever their case is. */
const formsOfSecrets: ReadonlyMap<string, SecretValue['form']> = new Map([
  ['data', 'base64'],
  ['stringdata', 'text'],
]);

function below(key: string, node: DocumentNode, within: Within): Within {
  if (within === 'kube-user') return within;
  if (within === 'registries') return 'registry';
  if (key === 'auths' && node.kind === 'map') return 'registries';
  return key === 'user' && node.kind === 'map' ? 'kube-user' : undefined;
}

function* wholes(node: DocumentNode, path: string, form: 'text' | 'base64'): Generator<SecretValue> {
  for (const value of secretValues(node, path))
    yield isNothing(value.scalar) ? value : { ...value, form, detector: 'embedded-secret' };
}

function judged(
  key: string,
  scalar: ScalarNode,
  { within, isBesideTelling, isOfEach }: Pick<At, 'within'> & Record<'isBesideTelling' | 'isOfEach', boolean>,
): Pick<SecretValue, 'detector' | 'form'> {
  const isOf = (keys: ReadonlySet<string>) => keys.has(key) && !isNothing(scalar);
  if (within === 'kube-user' && isOf(KUBECONFIG_SECRETS))
    return { detector: 'kubeconfig', form: key === 'client-key-data' ? 'base64' : 'text' };
  if (within === 'registry' && isOf(registrySecrets))
    return { detector: 'registry-auth', form: key === 'auth' ? 'base64' : 'text' };
  if (key === 'auth' && isBasic(scalar.text)) return { detector: 'registry-auth', form: 'base64' };
  if (key === 'value' && isBesideTelling && !isNothing(scalar)) return { detector: 'env-value', form: 'text' };
  const name = withoutEscapes(key);
  const isSecret =
    (isTellingKey(name) || (isOfEach && !isDescribing(name))) &&
    !scalar.isBare &&
    (looksSecret(scalar.text) || (scalar.orText !== undefined && looksSecret(scalar.orText)));
  return { detector: isSecret && !scalar.text.includes('-----BEGIN ') ? 'keyed-secret' : undefined, form: 'text' };
}

/** As a lenient reader takes a key in which a backslash escapes nothing. */
function withoutEscapes(key: string): string {
  return key.includes('\\') ? key.replaceAll(/\\(.)/gs, '$1') : key;
}

function looksSecret(text: string): boolean {
  return isSecretLooking(text.trim().replace(/^(Bearer|Basic|Token) /i, ''));
}

/** Source: k8s.io/kubernetes/pkg/credentialprovider, DockerConfigEntry; Docker's configuration file */
const registrySecrets: ReadonlySet<string> = new Set(['auth', 'password', 'identitytoken', 'registrytoken']);

/** What stands for no value, or for one that is filled in later. */
function isNothing({ isBare, text }: ScalarNode): boolean {
  return isBare || /^\s*(?:\$\{[^}]*\}|\$\(\w+\)|\{\{[^}]*\}\})?\s*$/.test(text);
}

function isBasic(text: string): boolean {
  return (
    /^[A-Za-z0-9+/]{8,}={0,2}$/.test(text) &&
    /^[\x21-\x39\x3b-\x7e]+:[\x20-\x7e]+$/.test(Buffer.from(text, 'base64').toString('latin1'))
  );
}

/** Whether any field of this name says so: of duplicates readers take the first or the last, and those of Go whatever its case. */
function saysAny({ entries }: MapNode, name: string, isSaid: (text: string) => boolean): boolean {
  return entries.some(
    ({ key, node }) =>
      node.kind === 'scalar' &&
      key.length === name.length &&
      key.toLowerCase() === name.toLowerCase() &&
      isSaid(node.text.trim()),
  );
}

function step(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
