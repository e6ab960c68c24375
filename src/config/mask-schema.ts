import { z } from 'zod';
import { placePath } from '../policy/place-path.ts';
import { callers, identifier, patterns, targets, word, words } from './policy-words.ts';

const place = word.superRefine((text, context) => {
  const path = placePath(text);
  if (typeof path === 'string') context.addIssue({ code: 'custom', message: path });
});

/** Limit: a pattern longer than this is refused. */
export const PATTERN_LENGTH_MAX = 1_000;

const WHAT = ['at', 'annotations', 'labels', 'env', 'keys', 'detect', 'pattern'] as const;

/** One mask of a policy document. */
export const mask = z
  .strictObject({
    id: identifier
      .optional()
      .describe('Told in recordings as `<policy>/<id>`; default: `mask-` and the place in the list, from 1.'),
    callers: callers
      .optional()
      .describe('For whom it masks. Default: everybody, whatever the policy says for its rules.'),
    targets: targets.optional().describe('On which targets. Default: all.'),
    namespaces: patterns
      .optional()
      .describe(
        'In which namespaces, by name; `*` is any run of characters. Default: all, and what is in none. What is read of all namespaces at once is masked in each.',
      ),
    apiGroups: z
      .array(z.string())
      .min(1)
      .optional()
      .describe('`""` is the core group, `*` every group. Default: every group.'),
    resources: words
      .optional()
      .describe(
        'Whose objects: `pods` with all of its subresources, logs and output of commands among them, or `pods/log` alone. Default: every resource.',
      ),
    at: z
      .array(place)
      .min(1)
      .optional()
      .describe(
        'Places: `spec.token`, `spec.**.token` at any depth, `spec.users[*].password`, `data["tls.crt"]`; all below a place is masked too. Strings become masks, numbers 0; booleans stay.',
      ),
    annotations: patterns.optional().describe('Annotations by key.'),
    labels: patterns
      .optional()
      .describe('Labels by key, in selectors by `matchLabels` too. Who asks for objects by such a label is refused.'),
    env: patterns.optional().describe('Environment variables by name.'),
    keys: patterns.optional().describe('Keys of ConfigMaps.'),
    detect: words
      .optional()
      .describe(
        'Built-in [detectors](detectors.md), anywhere: those that look only where a rule names them, and those that are open.',
      ),
    pattern: word
      .max(PATTERN_LENGTH_MAX, `expected at most ${PATTERN_LENGTH_MAX} characters`)
      .optional()
      .describe(
        'A regular expression in [RE2’s syntax](https://github.com/google/re2/wiki/Syntax), of ASCII: matches of at most 256 bytes are masked anywhere. Quick where it begins with fixed characters (`ACME-[0-9]{8}`).',
      ),
    compare: z
      .enum(['field', 'object', 'target'])
      .default('field')
      .describe(
        'How far equal values have equal masks: in one field of one object over time, in all fields of one object, or in all objects of a target. Whoever can write a value that is shown to it under such a mask can try what another value is: keep it at `field` where that matters.',
      ),
    honeytoken: z
      .boolean()
      .default(false)
      .describe(
        'Whether it is remembered whom each of its masks was shown to, and told where one comes back from elsewhere.',
      ),
  })
  .refine(
    (one) => WHAT.some((key) => one[key] !== undefined),
    `expected one of ${WHAT.map((key) => `\`${key}\``).join(', ')}`,
  )
  .describe(
    'A mask beside the default ones. `callers` to `resources` narrow; each of `at` to `pattern` adds what is masked.',
  );

/** The `unmask` clause of a rule. */
export const unmask = z
  .array(z.strictObject({ at: place.describe('A place, as in `masks`.') }))
  .min(1, 'expected at least one')
  .describe(
    'On an allow or request that names groups and resources without `*`: places whose values are shown as they are, where this rule permits. Everything else stays masked, and that they were shown is recorded.',
  );
