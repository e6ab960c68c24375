/*
 * What a plan has made and deleted so far, for the requests that come after: a command that deletes an object looks until it is gone, one that makes a namespace goes on
 * in it, and Helm makes a record and then writes into it. Nothing of that is at the target. Changes of objects that are there are not kept: whoever looks is told what is there.
 */
import { parse } from 'yaml';
import type { JsonObject } from '../../model/operation.ts';
import type { Planned } from '../../model/planned.ts';
import type { PlanCall } from './plan-call.ts';
import { failure, type PlanReply, reply, success } from './plan-reply.ts';

/** Limit: as often an object that is only planned is shown; whoever looks more often waits for what does not come. */
const LOOKS_MAX = 5;

/** A request as the command sent it. */
export interface SentByCommand {
  readonly method: string;
  readonly uri: string;
  readonly contentType: string;
  readonly body: Buffer;
}

/** What the command is answered. */
interface Foreseen {
  readonly reply: PlanReply;
  readonly outcome: NonNullable<PlanCall['outcome']>;
}

export class PlannedWorld {
  readonly #made = new Map<string, { readonly reply: PlanReply; readonly object: JsonObject; looks: number }>();
  readonly #gone = new Set<string>();

  /**
   * The answer to a read of what is only planned; undefined: the target is asked. `waits`: nobody can tell when it ends. `ends`: a program that the plan makes has run, as far
   * as the command is told.
   */
  read({
    method,
    uri,
  }: SentByCommand): { readonly reply: PlanReply; readonly waits?: string; readonly ends?: string } | undefined {
    if (method !== 'GET' && method !== 'HEAD') return undefined;
    const url = new URL(uri, 'https://plan.invalid');
    const own = decoded(url.pathname);
    const named = /^metadata\.name=([^,]+)$/.exec(url.searchParams.get('fieldSelector') ?? '')?.[1];
    const path = named === undefined ? own : `${own}/${named}`;
    const isWatch = /^(?:true|1)$/.test(url.searchParams.get('watch') ?? '');
    if (this.#gone.has(path)) {
      if (isWatch) return waiting(path);
      return { reply: named === undefined ? notFound(path) : reply(200, listOf([])) };
    }
    const made = this.#made.get(path);
    if (made === undefined) return undefined;
    const done = ended(made.object);
    if (done !== undefined) {
      const shown = isWatch ? eventOf(done) : named === undefined ? reply(200, done) : reply(200, listOf([done]));
      return { reply: shown, ends: `wait for \`${path}\`, which is taken to succeed` };
    }
    made.looks++;
    if (isWatch || made.looks > LOOKS_MAX) return waiting(path);
    return { reply: named === undefined ? made.reply : reply(200, listOf([made.object])) };
  }

  /** Whether a list of what is at a path would be another one in this plan. */
  changes(uri: string): boolean {
    const { gone, made } = this.#under(uri);
    return gone.size > 0 || made.length > 0;
  }

  /** The target's list, without what the plan has deleted, and with the programs that it makes, which are taken to have run; as it is where it is none. */
  listed(uri: string, list: JsonObject): JsonObject {
    if (!Array.isArray(list.items) || list.kind === 'Table') return list;
    const { gone, made } = this.#under(uri);
    const kept = (list.items as readonly JsonObject[]).filter((item) => !gone.has(nameIn(item)));
    return { ...list, items: [...kept, ...made] };
  }

  #under(uri: string): { readonly gone: ReadonlySet<string>; readonly made: readonly JsonObject[] } {
    const own = `${decoded(new URL(uri, 'https://plan.invalid').pathname)}/`;
    const isHere = (path: string) => path.startsWith(own) && !path.slice(own.length).includes('/');
    const gone = [...this.#gone].filter(isHere).map((path) => path.slice(own.length));
    const made = [...this.#made].flatMap(([path, { object }]) => {
      const done = isHere(path) ? ended(object) : undefined;
      return done === undefined ? [] : [done];
    });
    return { gone: new Set(gone), made };
  }

  /** What comes of a request, and of those after it. */
  answer(planned: Planned, sent: SentByCommand): Foreseen {
    const { answer, verb, path, namespace } = planned;
    switch (answer?.kind) {
      case undefined:
        return { reply: unknown(planned), outcome: 'unknown' };
      case 'stored': {
        const made = reply(verb === 'create' ? 201 : 200, answer.object);
        if (answer.isNew) this.#make(planned, made, answer.object);
        return { reply: made, outcome: 'done' };
      }
      case 'gone':
        this.#delete(planned);
        return { reply: success(planned), outcome: 'done' };
      case 'absent':
        if (!this.#made.has(path)) return { reply: notFound(path), outcome: 'done' };
        this.#delete(planned);
        return { reply: success(planned), outcome: 'untried' };
      case 'rejected': {
        const isOfPlan =
          answer.status === 404
            ? this.#made.has(path) || this.#made.has(`/api/v1/namespaces/${namespace}`)
            : answer.status === 409 && this.#gone.has(objectPath(planned, bodyObject(sent)));
        if (isOfPlan) return { reply: this.#echo(planned, sent), outcome: 'untried' };
        return { reply: failure(answer.status, answer.reason, answer.message), outcome: 'rejected' };
      }
    }
  }

  /** As it was sent: the target would have to have what the plan makes to say more. */
  #echo(planned: Planned, sent: SentByCommand): PlanReply {
    const status = planned.verb === 'create' ? 201 : 200;
    const earlier = this.#made.get(planned.path);
    const object = bodyObject(sent);
    if (planned.verb === 'patch' && earlier !== undefined) return earlier.reply;
    const said =
      object === undefined
        ? { status, contentType: sent.contentType, body: sent.body }
        : reply(status, {
            ...object,
            metadata: { ...(object.metadata as JsonObject), uid: 'planned', resourceVersion: '1' },
          });
    this.#make(planned, said, object ?? {});
    return said;
  }

  #make(planned: Planned, made: PlanReply, object: JsonObject): void {
    if (planned.isDryRun || planned.subresource !== '') return;
    const path = objectPath(planned, object);
    this.#gone.delete(path);
    this.#made.set(path, { reply: { ...made, status: 200 }, object, looks: 0 });
  }

  #delete({ verb, path, subresource, isDryRun }: Planned): void {
    if (isDryRun || verb === 'deletecollection') return;
    const own = subresource === 'eviction' ? path.replace(/\/eviction$/, '') : path;
    if (!this.#made.delete(own)) this.#gone.add(own);
  }
}

function decoded(path: string): string {
  return path
    .split('/')
    .map((segment) => {
      try {
        return decodeURIComponent(segment);
      } catch {
        return segment;
      }
    })
    .join('/');
}

/** Of a create: where its object would be. */
function objectPath({ path, verb, name }: Planned, object: JsonObject | undefined): string {
  const made = (object?.metadata as JsonObject | undefined)?.name;
  return verb === 'create' && name === '' && typeof made === 'string' ? `${path}/${made}` : path;
}

/** Undefined: it is no document, as protobuf is none. */
function bodyObject({ contentType, body }: SentByCommand): JsonObject | undefined {
  if (!/json|yaml/.test(contentType)) return undefined;
  try {
    const object: unknown = parse(body.toString('utf8'));
    return typeof object === 'object' && object !== null && !Array.isArray(object) ? (object as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

function listOf(items: readonly JsonObject[]): JsonObject {
  return { kind: 'List', apiVersion: 'v1', metadata: { resourceVersion: '1' }, items };
}

function nameIn({ metadata }: JsonObject): string {
  return String((metadata as JsonObject | undefined)?.name ?? '');
}

/** A program that runs to its end, as it would be once it had: what comes after it can be planned only so. Undefined: it is none. */
function ended(object: JsonObject): JsonObject | undefined {
  if (object.kind === 'Pod') return { ...object, status: { phase: 'Succeeded' } };
  if (object.kind !== 'Job') return undefined;
  const conditions = [{ type: 'Complete', status: 'True' }];
  return { ...object, status: { succeeded: 1, conditions } };
}

function eventOf(object: JsonObject): PlanReply {
  const said = reply(200, { type: 'ADDED', object });
  return { ...said, body: Buffer.concat([said.body, Buffer.from('\n')]) };
}

function notFound(path: string): PlanReply {
  return failure(404, 'NotFound', `\`${path}\` is not there in this plan`);
}

function waiting(path: string): { readonly reply: PlanReply; readonly waits: string } {
  const message = `sallyport plan cannot foresee what becomes of \`${path}\`, which is only planned: what waits for it is not waited for`;
  return { reply: failure(403, 'Forbidden', message), waits: `wait for \`${path}\`` };
}

function unknown({ operation, shown, holds }: Planned): PlanReply {
  const why = shown.missing.length === 0 ? '' : ` (${shown.missing.join('; ')})`;
  const held = holds.length === 0 ? '' : '; a person would be asked';
  return failure(
    403,
    'Forbidden',
    `sallyport plan cannot foresee what comes of: ${operation}${why}${held}; it was not sent`,
  );
}
