#!/usr/bin/env python3
"""Works out and checks docs/decisions/digest-vectors.json without any of lcms's own code.

    python3 lcms-core/tests/vectors.py           check every canonical form, digest and slot id
    python3 lcms-core/tests/vectors.py --write   work them out anew from the inputs in the file

Only Python's standard library is used: what this file does is all that another program has to do
to name the same content alike. The rules are those of docs/decisions/0002-digests.md and, for the
chain over the change log, 0013-event-chain.md.
"""

import hashlib
import json
import math
import pathlib
import sys
import uuid

VECTORS = pathlib.Path(__file__).resolve().parents[2] / "docs/decisions/digest-vectors.json"


def number(value):
    """A number as ECMAScript writes it (RFC 8785, section 3.2.2.3)."""
    value = float(value)
    if value == 0:
        return "0"
    if value < 0:
        return "-" + number(-value)
    if not math.isfinite(value):
        raise ValueError("JSON has no such number")
    # repr has the same shortest digits; only where an exponent begins differs.
    mantissa, _, exponent = repr(value).partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = "" if fraction == "0" else fraction
    point = len(whole) + int(exponent or 0)
    digits = whole + fraction
    point -= len(digits) - len(digits.lstrip("0"))
    digits = digits.lstrip("0").rstrip("0")
    if len(digits) <= point <= 21:
        return digits + "0" * (point - len(digits))
    if 0 < point <= 21:
        return digits[:point] + "." + digits[point:]
    if -6 < point <= 0:
        return "0." + "0" * -point + digits
    fraction = "." + digits[1:] if len(digits) > 1 else ""
    return f"{digits[0]}{fraction}e{'+' if point > 0 else '-'}{abs(point - 1)}"


def canonical(value):
    """RFC 8785 canonical JSON, as text."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, (int, float)):
        return number(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    members = sorted(value.items(), key=lambda member: member[0].encode("utf-16-be"))
    return "{" + ",".join(f"{canonical(name)}:{canonical(member)}" for name, member in members) + "}"


def digest(text):
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def slot_id(role, component, ordinal):
    """The id of the slot that a reference inside authored text makes."""
    hashed = hashlib.sha256(
        b"lcms-text-slot/1\0" + role.encode() + uuid.UUID(component).bytes + ordinal.to_bytes(8, "big")
    )
    raw = bytearray(hashed.digest()[:16])
    raw[6] = raw[6] & 0x0F | 0x80  # UUID version 8
    raw[8] = raw[8] & 0x3F | 0x80  # RFC 9562 variant
    return str(uuid.UUID(bytes=bytes(raw)))


def revision_digest(revision):
    """What of a revision goes into the chain, and the seal of its message."""
    message = bytes.fromhex(revision["salt"]) + revision["message"].encode()
    seal = "sha256:" + hashlib.sha256(message).hexdigest()
    one = revision.get
    parts = [
        "lcms-revision/1", one("id"), one("component"), one("number"),
        [one("content"), one("metadata")], [one("branch"), one("language")],
        [one("parent"), one("merge_parent")], one("source"), one("author"), one("created"), seal,
    ]  # fmt: skip
    return digest(canonical(parts)), seal


def chained(vectors):
    """The vectors of one chain: each follows the one before."""
    previous = None
    for vector in vectors:
        event, revision = vector["event"], vector["revision"]
        made = None
        if revision:
            made, seal = revision_digest(revision)
            revision = {**revision, "seal": seal, "digest": made}
        one = event.get
        parts = [
            "lcms-event/1", previous, one("number"), one("kind"), one("time"), one("actor"),
            [one("library"), one("component"), one("revision"), one("release")],
            digest(canonical(one("detail"))), made,
        ]  # fmt: skip
        text = canonical(parts)
        hashed = {"canonical": text, "hash": digest(text)}
        yield {"previous": previous, "event": event, "revision": revision, **hashed}
        previous = hashed["hash"]


def worked_out(vectors):
    """The same vectors with everything that follows from their inputs worked out."""

    def named(vector, value):
        text = canonical(value)
        return {**vector, "canonical": text, "digest": digest(text)}

    return {
        "about": vectors["about"],
        "canonical": [named(v, json.loads(v["input"])) for v in vectors["canonical"]],
        "contents": [named(v, v["document"]) for v in vectors["contents"]],
        "metadata": [named(v, v["document"]) for v in vectors["metadata"]],
        "text_slots": [
            {**v, "id": slot_id(v["role"], v["component"], v["ordinal"])} for v in vectors["text_slots"]
        ],
        "nodes": [named(v, v["node"]) for v in vectors["nodes"]],
        "releases": [
            named(v, ["lcms-release/1", v["content_root"], v["metadata_root"]])
            for v in vectors["releases"]
        ],
        "chain": list(chained(vectors["chain"])),
    }


def main():
    vectors = json.loads(VECTORS.read_text())
    expected = worked_out(vectors)
    if sys.argv[1:] == ["--write"]:
        VECTORS.write_text(json.dumps(expected, indent=2) + "\n")
    elif vectors != expected:
        sys.exit(f"{VECTORS} does not follow from its inputs")
    count = sum(len(group) for name, group in expected.items() if name != "about")
    print(f"{count} vectors hold")


main()
