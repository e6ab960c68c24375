import { CliError } from '../cli/cli-error.ts';
import { findContext } from '../cli/find-context.ts';
import { Refusal } from '../model/refusal.ts';
import { collectBytes } from '../std/byte-source.ts';
import { openKubeconfig } from './open-kubeconfig.ts';

/** Limit: bytes of the answer, and how long it may take. */
const VERSION_BYTES_MAX = 64 * 1024;
const VERSION_TIMEOUT_MS = 15_000;

/** The version of the cluster behind a kubeconfig’s context, such as `v1.37.2`. @throws {CliError} it cannot be asked, or does not say */
export async function readVersion(kubeconfig: string | undefined, context: string | undefined): Promise<string> {
  const found = findContext({ kubeconfig, context }, process.env);
  const upstream = openKubeconfig(found.file, found.context);
  try {
    const headers = new Map([['accept', ['application/json']]]);
    const request = { method: 'GET', uri: '/version', headers, body: undefined, identity: undefined, isStream: false };
    const reply = await upstream.send(request, AbortSignal.timeout(VERSION_TIMEOUT_MS));
    const body = await collectBytes(reply.body, VERSION_BYTES_MAX);
    if (reply.status !== 200) throw new CliError(`the cluster answered ${reply.status} to GET /version`);
    const { gitVersion } = JSON.parse(body.toString('utf8')) as { gitVersion?: unknown };
    if (typeof gitVersion !== 'string')
      throw new CliError('the cluster did not say its version: give it with --kubernetes');
    return gitVersion;
  } catch (error) {
    if (error instanceof Refusal) throw new CliError(`the cluster could not be asked: ${error.message}`);
    throw error;
  } finally {
    await upstream.close();
  }
}
