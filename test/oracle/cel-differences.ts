/** Where a condition is not answered as Kubernetes answers it, by the expressions that show it; the reference page tells each. */
export const CEL_DIFFERENCES: readonly { readonly what: string; readonly expression: RegExp }[] = [
  {
    what: '`isInteger()` and `asInteger()` go by the value; Kubernetes says no of `1.0`, `1000m`, `1.5Gi` and of whole numbers from `1Pi` up',
    expression: /^quantity\('[^']*'\)\.(isInteger|asInteger)/,
  },
  {
    what: 'a quantity has a digit (Kubernetes reads `Mi` as 0), and an exponent of at most 100',
    expression: /uantity\('([-+.]|[-.]?[eEM]?i?3?|1[eE]-?(101|999))'\)/,
  },
  {
    what: '`isSorted`, `sum`, `min` and `max` are for numbers, texts and truth values, all of one kind; of others they break off',
    expression: /^\[(b'|duration|timestamp|dyn|null)|object\.mixed\.max/,
  },
  {
    what: 'a number of an object that is whole is an `int`, also where it was written `2.0`; an object with one of 2^53 or more breaks every condition on it off, since JavaScript reads it only nearly',
    expression: /object\.floats\.sum/,
  },
  {
    what: 'a field of an object that is null is not there, as the API server stores none, and in `labels`, `annotations`, `matchLabels`, `nodeSelector`, `data`, `binaryData` and `stringData` it is the empty text, as is stored',
    expression: /^(has\(object\.nul(\.x)?\)|object\.nul == null)/,
  },
  {
    what: 'texts are ordered by UTF-16 units, which differs from Kubernetes beyond U+FFFF',
    expression: /^'(😀|～)' < /,
  },
  {
    what: '`format` writes texts within lists and maps without quotes, and `%e` as `1.5e+03`',
    expression: /^'%[se]'\.format\(/,
  },
  {
    what: 'a host of `http` or `https` has one colon at most, and a `datetime` no comma',
    expression: /http:\/\/a:80:80|https:\/\/::1|,5Z/,
  },
  { what: 'a number in a text is written in decimal, without `_`', expression: /double\('(1_0|0x1p-2)'\)/ },
  {
    what: 'an hour of a `timestamp` has two digits, and its zone is less than a day away',
    expression: /T1:00:00Z|\+24:00|\+00:60/,
  },
  { what: 'time zones are named in any case, and `Local` is none', expression: /getHours\('(Local|europe\/berlin)'\)/ },
  {
    what: 'a version has no number beyond 63 bits that could be read as a negative one',
    expression: /^semver\('(18446744073709551615|9223372036854775808)/,
  },
  { what: 'a map that is written out has each key once', expression: /^\{'a':1,'a':2\}/ },
  {
    what: 'what is absent, and an order of `null`, is a mistake when the policy is loaded',
    expression:
      /find|optional|\.\?|\[\?|slice|reverse|sort\(|range|flatten|distinct|all\(i, v|k, v|i,v|first\(|last\(|google\.|null < null/,
  },
];
