/** As many bytes of a value are judged: by its beginning, so that a stream holds back no more. */
export const judgedBytesMax = 64;

/**
 * Whether a value that stands behind a telling name looks made up by a machine, or by a person who was told to: at least 8 bytes, not a word or
 * a name, with letters and digits mixed.
 *
 * Left alone: words and names (`db-credentials`, `postgres-15`, `MyPasswordPolicy`, a pod's generated name), numbers, paths, addresses, calls in code, and places to
 * be filled in (`${TOKEN}`, `$TOKEN`, `<your-token>`, `****`).
 */
export function isSecretLooking(value: string): boolean {
  if (value.length < 8 || isPlaceholder(value)) return false;
  const judged = value.slice(0, judgedBytesMax);
  if (isMarkedName(judged)) return false;
  if (/^(\.{0,2}|~)\//.test(judged) && judged.split('/').every(isWordy)) return false;
  if (judged.includes('://')) return false;
  const called = /^([A-Za-z_][\w.]*)\(/.exec(judged)?.[1];
  if (called !== undefined && (isName(called) || !/\d/.test(called))) return false; // code, not a value
  if (new Set(judged).size < 5) return false;
  if (/^[A-Za-z]+$/.test(judged)) return judged.length >= 20 && caseChanges(judged) > judged.length / 4;
  return !isName(judged);
}

function isPlaceholder(value: string): boolean {
  return /^(\$[({]|\{\{|<.*>$|%[({]|\[.*\]$|\*{3}|x{4}|\.{3}|-{4,})/is.test(value);
}

/**
 * Whether a value is a name behind a mark: a variable (`$TOKEN`, `$config['token']`), an anchor or tag of YAML (`&token`, `!vault`), or what a bracket opens (`[REDACTED`, `<token`). What is
 * no name behind such a mark is a password that begins with it, or the hash of one (`$argon2id$…`).
 */
export function isMarkedName(value: string): boolean {
  const name = /^[$&!<[]+([^[({]*)/.exec(value)?.[1];
  return name !== undefined && isName(name.replaceAll('$', ''));
}

/** Words with separators between them, maybe with what Kubernetes appends to a generated name. */
export function isName(value: string): boolean {
  const parts = value.split(/[-_./:@\s]+/).filter((part) => part !== '');
  return parts.every((part, index) => isWordy(part) || (index > 0 && isGenerated(part)));
}

/** A word, with a short number behind it or alone; a version. */
function isWordy(part: string): boolean {
  if (/^([a-z]*|[A-Z]+|[A-Z][a-z]+|[a-z]+([A-Z][a-z]+)+|([A-Z][a-z]+)+)\d{0,4}$/.test(part)) return part.length <= 24;
  return /^(\d{1,19}|v\d+((alpha|beta|rc)\d*)?)$/.test(part);
}

/** What a ReplicaSet, a Job or a `generateName` puts behind a name. Source: k8s.io/apimachinery/pkg/util/rand, `alphanums` */
function isGenerated(part: string): boolean {
  return /^[bcdfghjklmnpqrstvwxz2456789]{5}$|^[bcdfghjklmnpqrstvwxz2456789]{8,10}$/.test(part);
}

function caseChanges(text: string): number {
  let changes = 0;
  for (let at = 1; at < text.length; at++) if (isUpper(text, at) !== isUpper(text, at - 1)) changes++;
  return changes;
}

function isUpper(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0x41 && code <= 0x5a;
}
