/*
 * How tools write a value. Made without the gateway's own code, which it judges.
 */

export interface Form {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Limit: what is shorter could be anything. */
const formBytesMin = 8;

/** A value as it is, its two halves, and each way in which programs escape and encode it. */
export function formsOf(value: Buffer): readonly Form[] {
  const text = value.toString('utf8');
  const isText = Buffer.from(text).equals(value);
  const half = value.length >> 1;
  const forms: Form[] = [
    { name: 'plain', bytes: value },
    { name: 'first half', bytes: value.subarray(0, half) },
    { name: 'last half', bytes: value.subarray(half) },
    ...base64Forms(value),
    { name: 'hex', bytes: Buffer.from(value.toString('hex')) },
    { name: 'HEX', bytes: Buffer.from(value.toString('hex').toUpperCase()) },
    { name: 'hex, apart', bytes: Buffer.from([...value].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')) },
    { name: 'URL, every byte', bytes: Buffer.from([...value].map(percent).join('')) },
    { name: 'URL, Go query', bytes: Buffer.from(urlEncoded(value, /[A-Za-z0-9_.~-]/).replaceAll('%20', '+')) },
    { name: 'URL, path', bytes: Buffer.from(urlEncoded(value, /[A-Za-z0-9_.!~*'()$&+,:;=@/-]/)) },
    ...(isText ? textForms(text) : []),
  ];
  const seen = new Set<string>();
  return forms.filter(({ bytes }) => {
    const key = bytes.toString('latin1');
    return bytes.length >= formBytesMin && !seen.has(key) && seen.add(key) !== undefined;
  });
}

function textForms(text: string): readonly Form[] {
  const json = JSON.stringify(text).slice(1, -1);
  const go = json.replaceAll(/[<>&]/g, (one) => `\\u00${one.charCodeAt(0).toString(16)}`);
  const ascii = go.replaceAll(/[\u0080-\uffff]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const named: readonly (readonly [name: string, text: string])[] = [
    ['URL, JavaScript', encodeURIComponent(text)],
    ['JSON', json],
    ['JSON, Go', go],
    ['JSON, ASCII', ascii],
    ['JSON, slashes escaped', json.replaceAll('/', '\\/')],
    ['JSON in JSON', JSON.stringify(json).slice(1, -1)],
    ['JSON in JSON, Go', JSON.stringify(go).slice(1, -1)],
    ['YAML, single quotes', text.replaceAll("'", "''")],
    ['YAML, double quotes', json.replaceAll('/', '\\/')],
    ['shell, single quotes', text.replaceAll("'", "'\\''")],
    ['shell, double quotes', text.replaceAll(/["\\$`]/g, (one) => `\\${one}`)],
    ['shell, backslashes', text.replaceAll(/[^A-Za-z0-9_./:=@%+,\u0080-\uffff-]/g, (one) => `\\${one}`)],
    ['HTML', text.replaceAll(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`)],
  ];
  return named.map(([name, form]) => ({ name, bytes: Buffer.from(form) }));
}

/** Base64 of the value among other bytes: at each of the three offsets, what the value alone decides; in both alphabets. */
function base64Forms(value: Buffer): readonly Form[] {
  return [0, 1, 2].flatMap((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), value]).toString('base64');
    const from = Math.ceil((offset * 8) / 6);
    const to = Math.floor(((offset + value.length) * 8) / 6);
    const sure = encoded.slice(from, to);
    return [
      { name: `base64 at ${offset}`, bytes: Buffer.from(sure) },
      { name: `base64url at ${offset}`, bytes: Buffer.from(sure.replaceAll('+', '-').replaceAll('/', '_')) },
    ];
  });
}

function urlEncoded(value: Buffer, plain: RegExp): string {
  return [...value]
    .map((byte) => (byte < 0x80 && plain.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : percent(byte)))
    .join('');
}

function percent(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}
