import type { Operation } from '../model/operation.ts';

/** The request target of an operation's object; of a create, where its object would be. */
export function objectPath(operation: Operation): string {
  const { path, name } = operation;
  const made = name === '' ? nameOf(operation) : '';
  return `${path}${made === '' ? '' : `/${made}`}`.split('/').map(encodeURIComponent).join('/');
}

/** Of a create: what its object would be called; empty where the target gives it a name. */
export function nameOf({ verb, name, body }: Operation): string {
  if (verb !== 'create' || name !== '') return name;
  const { metadata } = (body?.object ?? {}) as { readonly metadata?: { readonly name?: unknown } };
  return typeof metadata?.name === 'string' ? metadata.name : '';
}
