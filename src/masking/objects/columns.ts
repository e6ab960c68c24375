import { isTellingKey } from '../detect/telling-key.ts';
import { type Place, PlaceMaker } from '../places/place.ts';
import { Unwalkable } from '../tape/unwalkable.ts';

/** What is known of a column of a table: where in the object its cells come from, and whether its name, or the field's, says that they are secret. */
export interface Column {
  readonly place: Place;
  readonly isTelling: boolean;
}

/** Limit: columns that are known; the cells of others are looked at as text alone. */
const columnsMax = 1_000;
const nowhere = new PlaceMaker([]).start();

/**
 * The columns of a table, from its `columnDefinitions` as they are written, for objects whose places begin at `root`. What is no list of definitions has none.
 *
 * A column of a custom resource says its field's path in its description alone.
 * @throws {Unwalkable} they are not JSON
 * Source: k8s.io/apiextensions-apiserver/pkg/registry/customresource/tableconvertor
 */
export function columnsOf(written: string, root: Place): readonly Column[] {
  const definitions = parsed(written);
  if (!Array.isArray(definitions)) return [];
  return definitions.slice(0, columnsMax).map((definition: unknown) => {
    const { name, description } = Object(definition) as { readonly name?: unknown; readonly description?: unknown };
    const steps = stepsOf(typeof description === 'string' ? description : '');
    const isTelling = [name, steps.at(-1)].some((word) => typeof word === 'string' && isTellingKey(word));
    return { place: steps.length === 0 ? nowhere : steps.reduce(stepped, root), isTelling };
  });
}

function parsed(written: string): unknown {
  try {
    return JSON.parse(written);
  } catch {
    throw new Unwalkable('the columns of a table are not JSON');
  }
}

const described = 'Custom resource definition column (in JSONPath format): ';

/** Source: k8s.io/client-go/util/jsonpath */
function stepsOf(description: string): readonly string[] {
  if (!description.startsWith(described)) return [];
  const path = description.slice(described.length);
  return [...path.matchAll(/\.?([^.[\]'"\\]+)|\['([^']*)'\]|\[(\d+|\*)\]/g)].map(
    ([, field, quoted, index]) => field ?? quoted ?? index ?? '',
  );
}

function stepped(place: Place, step: string): Place {
  return /^(?:\d+|\*)$/.test(step) ? place.element(0) : place.key(step);
}
