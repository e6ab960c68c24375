import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { replaceFile } from '../../../std/replace-file.ts';
import type { EksCluster, EksEndpoint } from './cluster.ts';

const pin = z.strictObject({
  cluster: z.string(),
  region: z.string(),
  server: z.url({ protocol: /^https$/ }),
  caPem: z.string().includes('-----BEGIN '),
});

/**
 * Where a cluster is: what `describe` said the first time, from then on what the file says.
 *
 * Security: endpoint and authority are pinned, so that who may change what DescribeCluster answers cannot lead the gateway's credential and its callers' requests to
 * another server. A cluster that was made anew asks: the file is removed by a person.
 *
 * @throws {Error} the file cannot be used; or as `describe`
 */
export async function pinnedEndpoint(
  file: string,
  { cluster, region }: Pick<EksCluster, 'cluster' | 'region'>,
  describe: () => Promise<EksEndpoint>,
): Promise<EksEndpoint> {
  const pinned = await readPin(file);
  if (pinned !== undefined && pinned.cluster === cluster && pinned.region === region) return pinned;
  const { server, caPem } = await describe();
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await replaceFile(file, `${JSON.stringify({ cluster, region, server, caPem }, undefined, 2)}\n`, 0o600);
  return { server, caPem };
}

async function readPin(file: string): Promise<z.infer<typeof pin> | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const parsed = pin.safeParse(parseJson(text));
  if (!parsed.success)
    throw new Error(`${file} is not what the gateway wrote: remove it, and the cluster’s endpoint is asked for again`);
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** How a cluster's endpoint is another by now than the pinned one, and what to do; empty where it is not. */
export async function changedEndpoint(
  file: string,
  pinned: EksEndpoint,
  describe: () => Promise<EksEndpoint>,
): Promise<string> {
  const now = await describe();
  const changed = [
    ...(now.server === pinned.server ? [] : [`the endpoint ${now.server}, not ${pinned.server}`]),
    ...(now.caPem.trim() === pinned.caPem.trim() ? [] : ['another certificate authority']),
  ];
  if (changed.length === 0) return '';
  return `AWS now names ${changed.join(' and ')}: if the cluster was made anew, remove ${file} and restart the gateway`;
}
