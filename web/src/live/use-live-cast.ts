import { useEffect, useState } from 'react';
import { apiUrl } from '../api/base.ts';
import { type Cast, castOf } from '../recording/cast.ts';

/** A recording that goes on. */
export interface LiveCast {
  /** Undefined until anything is kept. */
  readonly cast: Cast | undefined;
  readonly state: 'live' | 'ended' | 'lost';
}

/** Limit: characters that are kept of one; beyond it the page says that it shows no more, and the whole is played from what is kept. */
const TEXT_MAX = 8_000_000;

/** A recording from its beginning and on, as it comes. */
export function useLiveCast(id: string): LiveCast {
  const [text, setText] = useState('');
  const [state, setState] = useState<LiveCast['state']>('live');
  useEffect(() => {
    setText('');
    setState('live');
    const source = new EventSource(apiUrl(`/exchanges/${encodeURIComponent(id)}/recording/events`));
    let all = '';
    let frame: number | undefined;
    source.addEventListener('lines', ({ data }) => {
      if (all.length < TEXT_MAX) all += (JSON.parse(data) as { text: string }).text;
      // Drawn as often as the screen is, however fast it is said.
      frame ??= requestAnimationFrame(() => {
        frame = undefined;
        setText(all);
      });
    });
    source.addEventListener('end', () => {
      source.close();
      setState('ended');
    });
    source.onerror = () => {
      // It would begin anew: what is there already would be shown twice.
      source.close();
      setState('lost');
    };
    return () => {
      source.close();
      if (frame !== undefined) cancelAnimationFrame(frame);
    };
  }, [id]);
  return { cast: castOf(text), state };
}
