import type { Connector } from '../../connectors/connector.ts';
import type { HoldDecision } from '../../model/decision.ts';
import type { Operation } from '../../model/operation.ts';
import type { PreImages } from '../pre-images.ts';

/** What who answers is told of the way back; undefined: nothing is changed. */
export function undoForeseen(
  {
    connector,
    preImages,
  }: { readonly connector: Pick<Connector, 'undo'>; readonly preImages: Pick<PreImages, 'canKeep'> },
  operation: Operation,
  { record, allowed }: HoldDecision,
): string | undefined {
  if (!operation.isChange || operation.options.isDryRun) return undefined;
  const foreseen = connector.undo.foreseen(operation);
  if (foreseen.kind === 'none') return `none: ${foreseen.why}`;
  const isKept = (record ?? allowed?.record)?.preImage === true;
  if (!isKept || !preImages.canKeep)
    return 'none: no rule has the object kept as it is before (`record: { preImage: true }`)';
  return `\`sallyport undo\`, but for ${foreseen.lost.join('; ')}`;
}
