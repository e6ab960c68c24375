/** A JSON value as a person reads it: a string of several lines as lines, objects indented, all else as it is. What is no JSON is shown as it came. */
export function valueText(json: string): string {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === 'string' && value.includes('\n')) return value;
    return typeof value === 'object' && value !== null ? JSON.stringify(value, null, 2) : json;
  } catch {
    return json;
  }
}
