import { Agent, request } from '../../std/http-client.ts';
import { SendFailure } from './send-failure.ts';

/** Limit: so much of an answer is read. */
const ANSWER_BYTES_MAX = 64 * 1024;

/** Statuses after which a second try of the same cannot do better: the request itself is wrong. */
const HOPELESS: ReadonlySet<number> = new Set([400, 401, 403, 404, 405, 410, 413, 415, 422]);

/**
 * The answer to a POST. Redirects are not followed: a notice goes where the configuration says.
 *
 * @param ca what signs the server's certificate, in PEM; the machine's own authorities where absent
 *
 * @throws {SendFailure} it was not taken
 */
export async function postJson(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
  ca?: string,
): Promise<string> {
  const dispatcher = ca === undefined ? undefined : new Agent({ connect: { ca } });
  try {
    const reply = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      signal,
      ...(dispatcher === undefined ? {} : { dispatcher }),
    });
    const text = await limited(reply.body);
    if (reply.statusCode >= 200 && reply.statusCode < 300) return text;
    throw new SendFailure(`it answered ${reply.statusCode}`, HOPELESS.has(reply.statusCode));
  } catch (error) {
    if (error instanceof SendFailure) throw error;
    // Security: the message of a failed connection has at most an address, never the path, which may be the secret.
    throw new SendFailure(`it could not be reached: ${(error as NodeJS.ErrnoException).code ?? (error as Error).name}`);
  } finally {
    await dispatcher?.destroy();
  }
}

async function limited(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX) throw new SendFailure('its answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
