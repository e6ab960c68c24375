import { Refusal } from '../model/refusal.ts';
import type { Request } from '../model/request.ts';
import type { Limits } from './limits.ts';

/**
 * Refuses what is too long to be read, once its caller is known: whoever meets the bound by an honest command (the arguments of an exec stand in the request
 * target) is then recorded, and not told apart from a stranger.
 *
 * @throws {Refusal} URI_TOO_LONG
 */
export function withinLimits({ uri }: Request, { uriBytesMax }: Limits): void {
  if (uri.length <= uriBytesMax) return;
  throw new Refusal(
    'URI_TOO_LONG',
    `the request target has ${uri.length} bytes and may have ${uriBytesMax} (\`limits.uriBytesMax\`), the arguments of a command included`,
    { advice: 'send what is long through standard input or a file, or ask the operator to raise the limit' },
  );
}
