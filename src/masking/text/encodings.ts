/**
 * The forms in which a program shows a value that it holds: as it is, in base64 (wherever the value lies in what was encoded), hexadecimal, escaped for
 * an address, for JSON, for HTML, for YAML's single quotes and for a shell.
 *
 * Each is what tools write by themselves. What a program transforms on purpose has no bound on its forms, and is not among them.
 */
export function encodingsOf(value: Buffer): readonly Encoded[] {
  const forms: Encoded[] = [{ bytes: value, isBase64: false }];
  for (const bytes of base64sOf(value)) forms.push({ bytes, isBase64: true });
  const hex = value.toString('hex');
  const text = value.toString('latin1');
  const escaped = [
    hex,
    hex.toUpperCase(),
    ...urlForms(text),
    ...jsonForms(text),
    ...shellForms(text),
    htmlForm(text),
    text.replaceAll("'", "''"),
  ];
  for (const form of escaped) forms.push({ bytes: Buffer.from(form, 'latin1'), isBase64: false });
  const seen = new Set<string>();
  return forms.filter(({ bytes }) => {
    const key = bytes.toString('latin1');
    return bytes.length >= encodedBytesMin && !seen.has(key) && seen.add(key) !== undefined;
  });
}

export interface Encoded {
  readonly bytes: Buffer;
  readonly isBase64: boolean;
}

/** What is shorter could be anything. */
const encodedBytesMin = 7;

/** The characters that the value alone decides, at each of the three places where it can lie; in both alphabets. */
function base64sOf(value: Buffer): Buffer[] {
  const forms: Buffer[] = [];
  for (const before of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(before), value]).toString('base64');
    const first = Math.ceil((before * 4) / 3);
    const last = Math.floor(((before + value.length) * 8) / 6);
    const sure = encoded.slice(first, last);
    forms.push(Buffer.from(sure), Buffer.from(sure.replaceAll('+', '-').replaceAll('/', '_')));
  }
  return forms;
}

function urlForms(text: string): string[] {
  const percent = (plain: RegExp, isLower = false) =>
    text.replaceAll(/[\s\S]/g, (character) => {
      if (plain.test(character)) return character;
      const code = character.charCodeAt(0).toString(16).padStart(2, '0');
      return `%${isLower ? code : code.toUpperCase()}`;
    });
  const component = percent(/[A-Za-z0-9_.!~*'()-]/);
  const strict = percent(/[A-Za-z0-9_.~-]/);
  const path = percent(/[A-Za-z0-9_.!~*'()$&+,:;=@/-]/);
  const form = strict.replaceAll('%20', '+');
  return [component, strict, path, form, percent(/[A-Za-z0-9_.~-]/, true)];
}

function jsonForms(text: string): string[] {
  const plain = text.replaceAll(/["\\\x00-\x1f]/g, (character) => JSON.stringify(character).slice(1, -1));
  const forGo = plain.replaceAll(/[<>&]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
  const twice = plain.replaceAll(/["\\]/g, (character) => `\\${character}`);
  return [plain, forGo, plain.replaceAll('/', '\\/'), twice];
}

function shellForms(text: string): string[] {
  return [
    text.replaceAll("'", "'\\''"),
    text.replaceAll("'", `'"'"'`),
    text.replaceAll(/["\\$`]/g, (character) => `\\${character}`),
    text.replaceAll(/["\\$`!]/g, (character) => `\\${character}`),
    text.replaceAll(/[^A-Za-z0-9_./:=@%+,-]/g, (character) => (character >= '\x80' ? character : `\\${character}`)),
    text.replaceAll(/[^A-Za-z0-9_./:@%+-]/g, (character) => (character >= '\x80' ? character : `\\${character}`)),
  ];
}

function htmlForm(text: string): string {
  const names: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replaceAll(/[&<>"']/g, (character) => names[character] as string);
}
