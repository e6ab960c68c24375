"""Holds OCSF events, a line each, against OCSF's own schema of their version; prints the mistakes of each as a JSON list, a line each."""

import json
import sys

from jsonschema import Draft202012Validator
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

schemas = {}


def validator(event):
    version = event["metadata"]["version"]
    profiles = event["metadata"].get("profiles", [])
    key = (version, event["class_uid"], tuple(profiles))
    if key not in schemas:
        ocsf = OcsfJsonSchemaEmbedded(get_ocsf_schema(version=version))
        name = ocsf.lookup_class_name_from_uid(class_uid=event["class_uid"])
        schemas[key] = Draft202012Validator(ocsf.get_class_schema(class_name=name, profiles=profiles))
    return schemas[key]


for line in sys.stdin:
    event = json.loads(line)
    faults = [f"{error.json_path}: {error.message[:300]}" for error in validator(event).iter_errors(event)]
    print(json.dumps(faults), flush=True)
