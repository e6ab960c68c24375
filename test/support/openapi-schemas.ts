import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Definition {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly 'x-kubernetes-group-version-kind'?: readonly {
    readonly group: string;
    readonly version: string;
    readonly kind: string;
  }[];
}

type Definitions = Readonly<Record<string, Definition>>;

/** Of values that OpenAPI calls strings, and that an API server reads as numbers too. */
const ALSO_NUMBERS = [
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
  'io.k8s.apimachinery.pkg.api.resource.Quantity',
];

/**
 * Writes a JSON Schema for each kind that an API server tells of, under the names that kubeconform looks for (`deployment-apps-v1.json`). They are strict: a field that the server does not know
 * is refused, which the server itself would let go in silence.
 *
 * Source: https://github.com/yannh/kubeconform#overriding-schemas-location
 */
export function writeSchemas(openApi: { readonly definitions: Definitions }, folder: string): void {
  mkdirSync(folder, { recursive: true });
  const definitions = Object.fromEntries(
    Object.entries(openApi.definitions).map(([name, definition]) => [name, strict(name, definition)]),
  );
  for (const [name, definition] of Object.entries(openApi.definitions)) {
    for (const { group, version, kind } of definition['x-kubernetes-group-version-kind'] ?? []) {
      const file = [kind.toLowerCase(), ...(group === '' ? [] : [group.split('.')[0]]), version].join('-');
      const schema = { $ref: `#/definitions/${name}`, definitions: reachable(name, definitions) };
      writeFileSync(join(folder, `${file}.json`), JSON.stringify(schema));
    }
  }
}

function strict(name: string, definition: Definition): object {
  if (ALSO_NUMBERS.includes(name)) return { type: ['string', 'integer', 'number'] };
  return definition.properties === undefined ? definition : { ...definition, additionalProperties: false };
}

/** The definitions that one needs, itself among them. */
function reachable(name: string, definitions: Readonly<Record<string, object>>): Record<string, object> {
  const found: Record<string, object> = {};
  for (const next = [name]; ; ) {
    const one = next.pop();
    if (one === undefined) return found;
    const definition = definitions[one];
    if (definition === undefined || one in found) continue;
    found[one] = definition;
    for (const [, reference = ''] of JSON.stringify(definition).matchAll(/"#\/definitions\/([^"]+)"/g))
      next.push(reference);
  }
}
