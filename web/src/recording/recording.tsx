import { useQuery } from '@tanstack/react-query';
import { recordingQuery } from '../api/recording-query.ts';
import { Failed, Reading } from '../looks/state-of-page.tsx';
import { texts } from '../words/texts.ts';
import { castOf } from './cast.ts';
import { EventList } from './event-list.tsx';
import { Player } from './player.tsx';

/** What was kept of a terminal, to be played; of another stream, its parts in order. */
export function Recording({ id }: { readonly id: string }) {
  const recording = useQuery(recordingQuery(id));
  if (recording.isPending) return <Reading />;
  if (recording.data === undefined) return <Failed error={recording.error} again={() => void recording.refetch()} />;
  const cast = castOf(recording.data);
  if (cast === undefined) return <p>{texts.player.notKept}</p>;
  return cast.isTerminal ? <Player cast={cast} /> : <EventList cast={cast} />;
}
