/** A value in a JSON text: its place from the top, and where it is written. */
export interface JsonSpan {
  readonly path: readonly string[];
  readonly start: number;
  readonly end: number;
}

/** Limit: how deep a text may be nested. */
const depthMax = 1_000;

/**
 * Every value of a JSON text that is no object or list, in order; `at`: those that stand there instead, whatever they are, `*` being any
 * step. The text is one that `JSON.parse` takes.
 *
 * @throws {SyntaxError} a key is given twice in one object, so that readers differ in what it says; it is nested more than 1,000 deep
 */
export function jsonSpans(text: string, at?: readonly string[]): readonly JsonSpan[] {
  const spans: JsonSpan[] = [];
  new Scanner(text, spans, at).value([]);
  return spans;
}

/** The text with other values at these places, strings or numbers as they are written, every other byte as it is. @throws {SyntaxError} as `jsonSpans` */
export function putJsonValues(
  text: string,
  values: readonly { readonly path: readonly string[]; readonly value: string; readonly isNumber?: true }[],
): string {
  const put = new Map(values.map((one) => [keyOf(one.path), one]));
  let [out, left] = ['', 0];
  for (const { path, start, end } of jsonSpans(text)) {
    const one = put.get(keyOf(path));
    if (one === undefined) continue;
    out += text.slice(left, start) + (one.isNumber === true ? one.value : JSON.stringify(one.value));
    left = end;
  }
  return out + text.slice(left);
}

function keyOf(path: readonly string[]): string {
  return JSON.stringify(path);
}

class Scanner {
  readonly #text: string;
  readonly #spans: JsonSpan[];
  readonly #wanted: readonly string[] | undefined;
  #at = 0;

  constructor(text: string, spans: JsonSpan[], wanted: readonly string[] | undefined) {
    this.#text = text;
    this.#spans = spans;
    this.#wanted = wanted;
  }

  value(path: readonly string[]): void {
    if (path.length > depthMax) throw new SyntaxError(`it is nested more than ${depthMax} deep`);
    this.#space();
    const start = this.#at;
    const first = this.#text[start];
    if (first === '{') this.#object(path);
    else if (first === '[') this.#list(path);
    else if (first === '"') this.#string();
    else while (this.#at < this.#text.length && !/[\s,\]}]/.test(this.#text[this.#at] as string)) this.#at++;
    const isWanted =
      this.#wanted === undefined
        ? first !== '{' && first !== '['
        : path.length === this.#wanted.length &&
          path.every((step, i) => this.#wanted?.[i] === '*' || step === this.#wanted?.[i]);
    if (isWanted) this.#spans.push({ path, start, end: this.#at });
    this.#space();
  }

  #object(path: readonly string[]): void {
    const keys = new Set<string>();
    this.#at++;
    this.#space();
    while (this.#text[this.#at] !== '}') {
      const start = this.#at;
      this.#string();
      const key = JSON.parse(this.#text.slice(start, this.#at)) as string;
      if (keys.has(key)) throw new SyntaxError('a key is given twice in one object');
      keys.add(key);
      this.#space();
      this.#at++;
      this.value([...path, key]);
      this.#comma();
    }
    this.#at++;
  }

  #list(path: readonly string[]): void {
    this.#at++;
    this.#space();
    for (let index = 0; this.#text[this.#at] !== ']'; index++) {
      this.value([...path, String(index)]);
      this.#comma();
    }
    this.#at++;
  }

  #comma(): void {
    if (this.#text[this.#at] !== ',') return;
    this.#at++;
    this.#space();
  }

  #string(): void {
    let at = this.#at + 1;
    while (this.#text[at] !== '"') {
      if (at >= this.#text.length) throw new SyntaxError('it ends inside a string');
      at += this.#text[at] === '\\' ? 2 : 1;
    }
    this.#at = at + 1;
  }

  #space(): void {
    while (/[\s]/.test(this.#text[this.#at] ?? '')) this.#at++;
  }
}
