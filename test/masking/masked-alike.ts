import assert from 'node:assert/strict';
import { MaskKey } from '../../src/masking/form/mask-key.ts';
import type { ObjectPlan } from '../../src/masking/objects/object-plan.ts';
import { ReplyMasker } from '../../src/masking/objects/reply-masker.ts';
import { MaskRules } from '../../src/masking/rules/mask-rules.ts';
import type { WrittenDocument } from './documents.ts';
import { obviouslyMasked } from './obvious-masker.ts';

const rules = new MaskRules();
const keying = { key: new MaskKey(Buffer.alloc(32, 7)), target: 'prod', exchange: 'x', isComparable: true };

/** Both maskers make the same bytes of a document. `edited`: what stands for the editor. @throws {Error} they do not */
export function maskedAlike(document: WrittenDocument, edited = editorsOutput): void {
  assert.equal(edited(document), obviouslyMasked(document.text, document.shape, document.kind, keying));
}

/** What the editor of the data path makes of a document, by the plan of its kind or one that is `changed`. */
export function editorsOutput(
  { shape, text, cuts, kind }: WrittenDocument,
  changed = (plan: ObjectPlan): ObjectPlan => plan,
): string {
  const plan = changed(rules.planOf({ apiGroup: '', resource: kind, subresource: '' }));
  const masker = new ReplyMasker({ plan, keying, shape, mayBeTable: false, listStepBytes: 0 });
  const bytes = Buffer.from(text, 'utf8');
  const out: Buffer[] = [];
  let at = 0;
  for (const cut of [...cuts, bytes.length]) {
    out.push(masker.write(Buffer.from(bytes.subarray(at, cut))));
    at = cut;
  }
  out.push(masker.end());
  return Buffer.concat(out).toString('utf8');
}
