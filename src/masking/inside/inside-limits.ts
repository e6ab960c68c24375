/** Limits of documents that are strings themselves; documented in docs/reference/limits.md. */
export const INSIDE_LIMITS = Object.freeze({
  /** How many documents may stand inside each other and are looked into. Below, values are found by their look, and what may say that it is a Secret is masked whole. */
  documentsMax: 4,
  /** How long a string is that is looked into as a document, which is more than etcd takes of one object. What is longer is masked as what stands too deep; what gzip packs and is longer, whole. */
  documentBytesMax: 2 * 1024 * 1024,
  /** How many times as long as it is packed, and 2 kB, what gzip packs may be; what is longer is masked whole, so that little that is sent does not make much that is looked at. */
  unpackedTimesMax: 20,
  /** How much of a stream of YAML is taken apart, since its library reads about a megabyte in a second. What comes behind it is masked as what stands too deep. */
  yamlBytesMax: 128 * 1024,
  /** How deep lists and mappings stand in each other; a document that goes deeper is masked whole. */
  nestingMax: 100,
  /** How many nodes the aliases and merges of YAML may say once more, those in them counted; a document that says more is masked whole. */
  repeatedMax: 20_000,
});
