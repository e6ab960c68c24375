#!/usr/bin/env bash
# python-jose 3.5.0 and joserfc 1.8.0 beside PyJWT 2.15.1 and jwcrypto 1.6.1 (PyPI) and jose 6.2.18 (npm): in a JWK set one key of another kind, which has nothing to do with the
# token, makes the good token fail.
#
# A token's header names its key (`kid`). python-jose does not look at it: it tries the keys of the set in their order, and breaks off at the first that is of another kind than
# the token's algorithm. A provider that has an RSA and an EC key, which OpenID Connect asks of many, has tokens of the one kind only, by the order in which it lists
# them, and a new kind of key (post-quantum: AKP) put first ends all. joserfc reads the whole set before it looks for the key, and fails on a curve that it
# does not know, wherever that key stands. Three others leave out what they cannot read, as the RFC asks them to.
#
# Seen (a set of the token's EC key and one more; python-jose, joserfc, PyJWT, jwcrypto, jose):
#   RSA behind     valid     valid     valid  valid  valid
#   RSA first      JWKError  valid     valid  valid  valid
#   AKP first      JWKError  valid     valid  valid  valid
#   BP-256 behind  valid     KeyError  valid  valid  valid
#   BP-256 first   KeyError  KeyError  valid  valid  valid
#
# Valid input: https://www.rfc-editor.org/rfc/rfc7517#section-5 ("SHOULD ignore JWKs within a JWK Set that use "kty" … values that are not understood … or for which values are
# out of the supported ranges")
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts jose@6.2.18
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check python-jose==3.5.0 joserfc==1.8.0 PyJWT==2.15.1 jwcrypto==1.6.1

cat > make.mjs <<'LOOK'
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose';

const pairs = { ES256: await generateKeyPair('ES256', { extractable: true }), RS256: await generateKeyPair('RS256', { extractable: true }) };
const random = (bytes) => randomBytes(bytes).toString('base64url');
const ec = { ...(await exportJWK(pairs.ES256.publicKey)), kid: 'ours', alg: 'ES256', use: 'sig' };
const rsa = { ...(await exportJWK(pairs.RS256.publicKey)), kid: 'other', alg: 'RS256', use: 'sig' };
const akp = { kty: 'AKP', alg: 'ML-DSA-44', pub: random(1312), kid: 'other', use: 'sig' };
const brainpool = { kty: 'EC', crv: 'BP-256', x: random(32), y: random(32), kid: 'other', use: 'sig' };
const sets = {
  'RSA behind': [ec, rsa],
  'RSA first': [rsa, ec],
  'AKP first': [akp, ec],
  'BP-256 behind': [ec, brainpool],
  'BP-256 first': [brainpool, ec],
};
const token = await new SignJWT({ sub: 'joe' }).setProtectedHeader({ alg: 'ES256', kid: 'ours' }).sign(pairs.ES256.privateKey);
const read = {};
for (const [name, keys] of Object.entries(sets)) {
  read[name] = await jwtVerify(token, createLocalJWKSet({ keys })).then(
    () => 'valid',
    ({ name }) => name,
  );
}
writeFileSync('case.json', JSON.stringify({ token, sets, read }));
LOOK
node make.mjs
cat > look.py <<'LOOK'
import json, warnings

warnings.simplefilter("ignore")
import jwt
from joserfc import jwt as joserfc_jwt
from joserfc.jwk import KeySet
from jose import jwt as python_jose_jwt
from jwcrypto import jwk as jwcrypto_jwk, jwt as jwcrypto_jwt

case = json.load(open("case.json"))
token = case["token"]
readers = [
    lambda keys: python_jose_jwt.decode(token, keys, algorithms=["ES256"]),
    lambda keys: joserfc_jwt.decode(token, KeySet.import_key_set(keys), algorithms=["ES256"]),
    lambda keys: jwt.decode(token, jwt.PyJWKSet.from_dict(keys)[jwt.get_unverified_header(token)["kid"]].key, algorithms=["ES256"]),
    lambda keys: jwcrypto_jwt.JWT(jwt=token, key=jwcrypto_jwk.JWKSet.from_json(json.dumps(keys)), algs=["ES256"]),
]

def said(read, keys):
    try:
        read({"keys": keys})
        return "valid"
    except Exception as error:
        return type(error).__name__

for name, keys in case["sets"].items():
    told = [*(said(read, keys) for read in readers), case["read"][name]]
    print(f"{name:13}  {told[0]:8}  {told[1]:8}  {'  '.join(told[2:])}")
LOOK
venv/bin/python look.py | tee seen
diff - seen <<'SEEN'
RSA behind     valid     valid     valid  valid  valid
RSA first      JWKError  valid     valid  valid  valid
AKP first      JWKError  valid     valid  valid  valid
BP-256 behind  valid     KeyError  valid  valid  valid
BP-256 first   KeyError  KeyError  valid  valid  valid
SEEN
