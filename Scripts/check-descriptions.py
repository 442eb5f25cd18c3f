#!/usr/bin/env python3
"""Checks docs/protocol against fixtures/wire, and docs/records.json against fixtures/records.jsonl, with tools that
know nothing of Sotto.

Every sample must fit its CDDL rule and its JSON Schema, and must fit neither any more after small damage.
Needs pycddl, cbor2 and jsonschema with rfc3339-validator from PyPI; `make descriptions` installs them in a venv.
"""

import json
import sys
from pathlib import Path

import cbor2
import jsonschema
import pycddl

ROOT = Path(__file__).resolve().parent.parent
PROTOCOL = ROOT / "docs" / "protocol"


def fits(check, sample, *errors):
    try:
        check(sample)
        return True
    except errors:
        return False


def damaged(value):
    """Copies of a map with one field missing, or of another type."""
    for key in value:
        yield key, {k: v for k, v in value.items() if k != key}
        # No field of ours is a fraction, and a body that takes anything is left alone.
        if key != "body":
            yield key, {**value, key: 0.5}


def check_records(failures):
    """What `sotto --json` prints: a line of each event.

    Returns how many lines fit, and how many damaged ones do not.
    """
    schema = json.loads((ROOT / "docs" / "records.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)
    kinds = {kind["properties"]["event"]["const"]: kind["$ref"].split("/")[-1] for kind in schema["oneOf"]}
    lines = [json.loads(line) for line in (ROOT / "fixtures" / "records.jsonl").read_text().splitlines()]
    refused = 0
    for line in lines:
        name = line["event"]
        if not fits(validator.validate, line, jsonschema.ValidationError):
            failures.append(f"{name}: does not fit records.json: {str(line)[:200]}")
        # Readers skip what they do not know.
        if not fits(validator.validate, {**line, "later": 1}, jsonschema.ValidationError):
            failures.append(f"{name}: does not fit records.json with a field of a later version")
        required = schema["required"] + schema["$defs"][kinds[name]]["required"]
        for key, copy in damaged(line):
            if key in required or key in copy:
                refused += 1
                if fits(validator.validate, copy, jsonschema.ValidationError):
                    failures.append(f"{name}: fits records.json with a damaged {key}")
    if {line["event"] for line in lines} != set(kinds):
        failures.append("fixtures/records.jsonl has other events than records.json")
    return len(lines), refused


def main():
    cddl = (PROTOCOL / "sotto.cddl").read_text()
    components = json.loads((PROTOCOL / "schemas.json").read_text())["components"]
    samples = json.loads((ROOT / "fixtures" / "wire" / "samples.json").read_text())
    frames = json.loads((PROTOCOL / "asyncapi.json").read_text())["components"]
    failures, refused, optional = [], 0, set()

    for sample in samples:
        name = sample["type"]
        schemas = {"schemas": components, "asyncapi": frames if name in frames["schemas"] else components}
        by_cddl = pycddl.Schema(f"start = {name}\n{cddl}").validate_cbor
        if not fits(by_cddl, bytes.fromhex(sample["cbor"]), pycddl.ValidationError):
            failures.append(f"{name}: CBOR does not fit sotto.cddl: {sample['cbor'][:200]}")
        by_schema = {}
        for document, listed in schemas.items():
            schema = {"$ref": f"#/components/schemas/{name}", "components": listed}
            validator = jsonschema.Draft202012Validator(
                schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)
            by_schema[document] = validator.validate
            if not fits(validator.validate, sample["json"], jsonschema.ValidationError):
                failures.append(f"{name}: JSON does not fit {document}.json: {str(sample['json'])[:200]}")

        properties = components["schemas"][name].get("required")
        if properties is None:
            continue  # a union; its cases are checked one by one
        for key, copy in damaged(cbor2.loads(bytes.fromhex(sample["cbor"]))):
            if key in properties or key in copy:
                refused += 1
                if fits(by_cddl, cbor2.dumps(copy), pycddl.ValidationError):
                    failures.append(f"{name}: CBOR fits sotto.cddl with a damaged {key}")
        for key, copy in damaged(sample["json"]):
            if key in properties or key in copy:
                refused += 1
                if fits(by_schema["schemas"], copy, jsonschema.ValidationError):
                    failures.append(f"{name}: JSON fits schemas.json with a damaged {key}")

    for name, schema in components["schemas"].items():
        jsonschema.Draft202012Validator.check_schema(schema)
    lines, refused_lines = check_records(failures)
    print("\n".join(failures) or f"{len(samples)} samples fit, {refused} damaged copies do not; "
          f"{lines} records fit, {refused_lines} damaged ones do not")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
