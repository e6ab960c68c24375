import { withoutHopByHop } from '../../../std/hop-by-hop.ts';

/**
 * Upstream's headers as they go on: without those that end at this hop, and without those that are the gateway's own to send.
 *
 * T66: what a client takes for the gateway's word, that a person is asked, nobody else can say.
 */
export function repliedHeaders(raw: readonly string[]): string[] {
  const kept = withoutHopByHop(raw);
  if (!kept.some(isOurs)) return kept;
  return kept.filter((_, i) => !isOurs(kept[i - (i % 2)] as string, 0));
}

function isOurs(name: string, i: number): boolean {
  return i % 2 === 0 && name.length > 10 && name.slice(0, 10).toLowerCase() === 'sallyport-';
}
