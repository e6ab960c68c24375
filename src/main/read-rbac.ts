import { CliError } from '../cli/cli-error.ts';
import type { Upstream } from '../connectors/kubernetes/upstream/upstream.ts';
import type { JsonObject } from '../model/operation.ts';
import { Refusal } from '../model/refusal.ts';
import { collectBytes } from '../std/byte-source.ts';
import { openKubeconfig } from './open-kubeconfig.ts';

const LISTS = ['clusterroles', 'clusterrolebindings', 'roles', 'rolebindings'];

/** Limit: objects of one page, bytes of it, pages of one list, and how long each may take. */
const PAGE_LIMIT = 500;
const PAGE_BYTES_MAX = 32 * 1024 * 1024;
const PAGES_MAX = 1_000;
const PAGE_TIMEOUT_MS = 30_000;

/**
 * All roles and bindings of a cluster, by GET alone, page by page.
 *
 * @throws {CliError} the kubeconfig cannot be used, or the cluster does not answer as it should
 */
export async function readRbac(file: string, context: string | undefined): Promise<readonly JsonObject[]> {
  const upstream = openKubeconfig(file, context);
  try {
    const pages: JsonObject[] = [];
    for (const list of LISTS) pages.push(...(await readList(upstream, list)));
    return pages;
  } catch (error) {
    if (error instanceof Refusal) throw new CliError(`the cluster could not be asked: ${error.message}`);
    throw error;
  } finally {
    await upstream.close();
  }
}

async function readList(upstream: Upstream, list: string): Promise<readonly JsonObject[]> {
  const pages: JsonObject[] = [];
  for (let token = ''; pages.length < PAGES_MAX; ) {
    const query = new URLSearchParams({ limit: String(PAGE_LIMIT), ...(token === '' ? {} : { continue: token }) });
    const page = await get(upstream, `/apis/rbac.authorization.k8s.io/v1/${list}?${query}`);
    pages.push(page);
    const next = (page.metadata as JsonObject | undefined)?.continue;
    if (typeof next !== 'string' || next === '') return pages;
    token = next;
  }
  throw new CliError(`the cluster has more than ${PAGES_MAX * PAGE_LIMIT} ${list}`);
}

async function get(upstream: Upstream, uri: string): Promise<JsonObject> {
  const headers = new Map([['accept', ['application/json']]]);
  const request = { method: 'GET', uri, headers, body: undefined, identity: undefined, isStream: false };
  const reply = await upstream.send(request, AbortSignal.timeout(PAGE_TIMEOUT_MS));
  const body = await collectBytes(reply.body, PAGE_BYTES_MAX);
  if (reply.status !== 200) throw new CliError(`the cluster answered ${reply.status} to GET ${uri.split('?')[0]}`);
  return JSON.parse(body.toString('utf8')) as JsonObject;
}
