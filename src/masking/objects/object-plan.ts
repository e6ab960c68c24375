import type { Detection } from '../detect/detection.ts';
import type { Compare } from '../form/mask-key.ts';
import type { ObjectValues } from '../inside/secret-values.ts';
import type { Place } from '../places/place.ts';
import type { Words } from '../tape/words.ts';

/** What is masked in the objects of one reply, put together once for all replies of a kind. */
export interface ObjectPlan {
  /** Nothing is masked by it: every mask is open to its reader. */
  readonly isEmpty: boolean;
  /** Where each object begins. */
  readonly place: Place;
  /** Whether places are masked that policy names: elements of lists may stand there, which managed fields tell from others by what they say. */
  readonly hasOwnPlaces: boolean;
  /** What knows values by their look; undefined: nothing is looked for. */
  readonly detection: Detection | undefined;
  /** The rule that masks the value beside a name, as that of an environment variable. */
  readonly pair: (name: string) => { readonly rule: string; readonly compare: Compare } | undefined;
  /** How far masks of what a detector finds compare, where it is further than along one field. */
  readonly compare: ReadonlyMap<string, Compare>;
  /** Masks of policy whose tokens are remembered. */
  readonly honeytokens: ReadonlySet<string>;
  /** Whether `pair` answers for names alone in which a word stands that tells. Security: where it does not, nothing may be stepped over. */
  readonly pairsAreTelling: boolean;
  /** Words without which nothing is masked but for its place. */
  readonly words: Words;
  /** In which strings what does harm to a terminal or a model is shown instead of done. */
  readonly madeSafe: 'none' | 'annotations' | 'everything';
  /** Whether values of Secrets are masked that stand inside other objects. */
  readonly masksEmbedded: boolean;
  /** Whether values behind a key that tells are masked where they look secret. */
  readonly masksTelling: boolean;
  /** Whether the objects are kept where Helm keeps its releases: `secret` with base64 around what `configmap` has. */
  readonly release: 'secret' | 'configmap' | undefined;
  /** What policy masks in the objects of a release's manifest; undefined: nothing. */
  readonly manifestValues: ObjectValues | undefined;
  /** Keys whose values are base64 of anything, below the object itself: `binaryData`, or none. */
  readonly base64Keys: ReadonlySet<string>;
  /** Whether a table may show it: its cells say what they are of nowhere, so a value that policy masks at its place could stand in one. */
  readonly mayBeTable: boolean;
}
