/** Label and field selectors: read as the API server reads them, refused where it refuses them. */

import type { Kind } from './kinds.ts';
import { type KubeObject, textAt } from './object.ts';
import { badRequest } from './status.ts';

export type Matches = (object: KubeObject) => boolean;

/** @throws {StatusError} 400 for a selector that cannot be read */
export function labelSelector(text: string): Matches {
  const requirements = splitOutside(text).map(requirement);
  return (object) => requirements.every((each) => each(object.metadata.labels ?? {}));
}

type Requirement = (labels: { readonly [key: string]: string }) => boolean;

const key = '[A-Za-z0-9](?:[-A-Za-z0-9_./]*[A-Za-z0-9])?';
const setForm = new RegExp(`^(${key})\\s+(in|notin)\\s*\\(([^()]*)\\)$`);
const equalForm = new RegExp(`^(${key})\\s*(==|=|!=)\\s*([-A-Za-z0-9_.]*)$`);
const existsForm = new RegExp(`^(!?)\\s*(${key})$`);

function requirement(text: string): Requirement {
  const set = setForm.exec(text);
  if (set !== null) {
    const [name = '', operator, list = ''] = set.slice(1);
    const values = list.split(',').map((each) => each.trim());
    return (labels) => values.includes(labels[name] ?? '\0') === (operator === 'in');
  }
  const equal = equalForm.exec(text);
  if (equal !== null) {
    const [name = '', operator, value = ''] = equal.slice(1);
    return (labels) => (labels[name] === value) === (operator !== '!=');
  }
  const exists = existsForm.exec(text);
  if (exists !== null) {
    const [not, name = ''] = exists.slice(1);
    return (labels) => Object.hasOwn(labels, name) === (not === '');
  }
  const extra = /^[^=!]+={1,2}[^=]*(=)/.exec(text);
  if (extra !== null) throw badRequest(`found '=', expected: ',' or 'end of string'`);
  throw badRequest(`unable to parse requirement: ${JSON.stringify(text)} is not a selector`);
}

function splitOutside(text: string): readonly string[] {
  const parts: string[] = [];
  let [depth, current] = [0, ''];
  for (const character of text) {
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (character === ',' && depth === 0) {
      parts.push(current);
      current = '';
    } else current += character;
  }
  return [...parts, current].map((each) => each.trim()).filter((each) => each !== '');
}

const commonFields = ['metadata.name', 'metadata.namespace'];

const fieldsOfKind: { readonly [kind: string]: { readonly [field: string]: readonly string[] } } = {
  '/Pod': {
    'spec.nodeName': ['spec', 'nodeName'],
    'spec.restartPolicy': ['spec', 'restartPolicy'],
    'spec.schedulerName': ['spec', 'schedulerName'],
    'spec.serviceAccountName': ['spec', 'serviceAccountName'],
    'status.phase': ['status', 'phase'],
    'status.podIP': ['status', 'podIP'],
  },
  '/Event': {
    'involvedObject.kind': ['involvedObject', 'kind'],
    'involvedObject.namespace': ['involvedObject', 'namespace'],
    'involvedObject.name': ['involvedObject', 'name'],
    'involvedObject.uid': ['involvedObject', 'uid'],
    'involvedObject.apiVersion': ['involvedObject', 'apiVersion'],
    'involvedObject.resourceVersion': ['involvedObject', 'resourceVersion'],
    'involvedObject.fieldPath': ['involvedObject', 'fieldPath'],
    reason: ['reason'],
    reportingComponent: ['reportingComponent'],
    source: ['source', 'component'],
    type: ['type'],
  },
  '/Secret': { type: ['type'] },
  '/Namespace': { 'status.phase': ['status', 'phase'] },
  '/Node': { 'spec.unschedulable': ['spec', 'unschedulable'] },
  'batch/Job': { 'status.successful': ['status', 'succeeded'] },
};

/** @throws {StatusError} 400 for a field that cannot be selected by */
export function fieldSelector(text: string, kind: Kind): Matches {
  const own = fieldsOfKind[`${kind.group}/${kind.kind}`] ?? {};
  const terms = text
    .split(',')
    .filter((each) => each !== '')
    .map((term) => {
      const [, field = '', operator, value = ''] = /^(.*?)(==|!=|=)(.*)$/.exec(term) ?? [];
      if (operator === undefined) {
        throw badRequest(
          `unable to parse field selector ${JSON.stringify(text)}: invalid selector: '${text}'; can't understand '${term}'`,
        );
      }
      const path = commonFields.includes(field) ? field.split('.') : own[field];
      if (path === undefined) throw badRequest(unknownField(field, kind, own));
      return { path, isEqual: operator !== '!=', value: value.replaceAll(/\\(.)/g, '$1') };
    });
  return (object) => terms.every(({ path, isEqual, value }) => (textAt(object, ...path) === value) === isEqual);
}

function unknownField(field: string, kind: Kind, own: object): string {
  if (Object.keys(own).length > 0) return `field label not supported: ${field}`;
  const prefix = kind.custom === undefined ? '' : '';
  return `${prefix}${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`;
}
