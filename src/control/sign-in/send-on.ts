/*
 * Signing in over HTTP: the browser is sent on, or is shown why not. A person sees this page, so it says what to do and where to begin again; it runs nothing.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Refusal } from '../../model/refusal.ts';
import { PAGE_HEADERS } from '../pages/page-headers.ts';
import { ATTEMPT_COOKIE, clearCookie } from './cookies.ts';
import type { SignIn, Travelling } from './sign-in.ts';

interface At extends Pick<Travelling, 'path' | 'query'> {
  readonly prefix: string;
  /** What the log is told of a sign-in that failed. */
  readonly onFault: (error: unknown) => void;
}

/** Answers a request on the way to the issuer or back. @throws {Refusal} METHOD_NOT_ALLOWED */
export async function sendOn(
  signIn: SignIn,
  { path, prefix, query, onFault }: At,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method, headers, socket } = request;
  if (method !== 'GET') throw new Refusal('METHOD_NOT_ALLOWED', 'a browser goes to this address');
  const base = { ...PAGE_HEADERS, 'cache-control': 'no-store' };
  try {
    const { location, cookies } = await signIn.take({
      ...{ path, query, cookie: headers.cookie, host: headers.host, peer: socket.remoteAddress ?? '' },
      site: headers['sec-fetch-site'] as string | undefined,
    });
    response.writeHead(303, { ...base, location, ...(cookies.length === 0 ? {} : { 'set-cookie': [...cookies] }) });
    response.end();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    onFault(error);
    const bytes = Buffer.from(failurePage(error, prefix));
    response.writeHead(error.status, {
      ...base,
      'content-type': 'text/html; charset=utf-8',
      'content-length': bytes.length,
      'set-cookie': clearCookie(ATTEMPT_COOKIE),
    });
    response.end(bytes);
  }
}

function failurePage({ code, message, advice }: Refusal, prefix: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Sallyport: not signed in</title>
<h1>You are not signed in</h1>
<p>${text(message)}${advice === '' ? '' : `: ${text(advice)}`}.</p>
<p><a href="${prefix}/">Begin again</a></p>
<p><small>${code}</small></p>
</html>
`;
}

/** Security: T54. Whatever an issuer or a link says is text. */
function text(words: string): string {
  return words.replaceAll(/[^\p{L}\p{N} .,:;/@’-]/gu, (char) => `&#${char.codePointAt(0)};`);
}
