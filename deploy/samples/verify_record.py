#!/usr/bin/env python3
"""Recomputes every hash of stored Lianhu records (format 1) without any code of Lianhu.

    python3 verify_record.py tests/golden/record-v1.json

Prints one line for each record that holds, and exits with 1 at the first difference. Needs Python 3.11 and
nothing else. Read it beside the description of the format in `services/vocabulary/src/commitment.rs`:

  * a hash is SHA-256 over parts, each preceded by its length as eight bytes, big-endian;
  * every attribute (pointer /<name>) and every property of the data (pointer /data/<name>) has a commitment;
  * a fact is hashed over its commitments in byte order, a record over its header and its facts.

It opens no ciphertext: a sealed value and its salt are taken from "opened", as somebody would show them to a
court, and must give the commitment that the record has.
"""

import base64
import hashlib
import json
import sys

LARGEST = 2**53 - 1


class Difference(Exception):
    """Something in the vector is not what the rest of it says."""


def canonical(value):
    """RFC 8785 text of a value. The only numbers on the bus are integers within +-(2**53 - 1)."""
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, int):
        if abs(value) > LARGEST:
            raise Difference(f"{value} is not an exact integer")
        return str(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)  # escapes exactly what RFC 8785 escapes
    if isinstance(value, list):
        return "[" + ",".join(canonical(item) for item in value) + "]"
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(canonical(name) + ":" + canonical(value[name]) for name in names) + "}"
    raise Difference(f"{type(value).__name__} has no place on the bus")


def sha256(*parts):
    hasher = hashlib.sha256()
    for part in parts:
        part = part.encode() if isinstance(part, str) else part
        hasher.update(len(part).to_bytes(8, "big") + part)
    return hasher.digest()


def to_text(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def from_text(text):
    """Unpadded base64url, strictly: of several spellings of the same bytes only one is right."""
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    same(to_text(data), text, "base64url")
    return data


def same(found, expected, what):
    if found != expected:
        raise Difference(f"{what}: found {found!r}, expected {expected!r}")


def members(value, required, optional=()):
    missing, extra = set(required) - set(value), set(value) - set(required) - set(optional)
    if missing or extra:
        raise Difference(f"members missing: {sorted(missing)}, unknown: {sorted(extra)}")


def lines_of(fact, seed, opened):
    """(pointer, salt, commitment) of every attribute and property of a fact."""
    members(fact, ["attributes", "data"], ["sealed", "digest"])
    source, event_id = fact["attributes"]["source"], fact["attributes"]["id"]
    sealed = fact.get("sealed", {})
    same(sorted(opened), sorted(sealed), "the opened values")
    if set(sealed) & set(fact["data"]):
        raise Difference("a property is both clear and sealed")

    def commitment(pointer, salt, value):
        return sha256("lianhu.commitment.v1", source, event_id, pointer, salt, canonical(value))

    clear = {f"/{name}": value for name, value in fact["attributes"].items()}
    clear |= {f"/data/{name}": value for name, value in fact["data"].items()}
    for pointer, value in clear.items():
        salt = sha256("lianhu.salt.v1", seed, source, event_id, pointer)
        yield pointer, salt, commitment(pointer, salt, value)
    for name, value in sealed.items():
        members(value, ["key", "person", "group", "commitment", "ciphertext"])
        pointer, salt = f"/data/{name}", from_text(opened[name]["salt"])
        found = commitment(pointer, salt, opened[name]["value"])
        same(to_text(found), value["commitment"], f"the commitment of the sealed {name}")
        yield pointer, salt, found


def verify(vector):
    """Recomputes one vector; answers the record hash."""
    record, opened, expected = vector["record"], vector["opened"], vector["expected"]
    members(record, ["format", "history", "version", "recordedtime", "rules", "seed", "facts"])
    same(record["format"], 1, "the format")
    seed, facts = from_text(record["seed"]), record["facts"]
    same(len(facts), len(expected["facts"]), "the number of facts")
    hashes = []
    for ordinal, (fact, wanted) in enumerate(zip(facts, expected["facts"])):
        lines = list(lines_of(fact, seed, opened.get(str(ordinal), {})))
        found = {p: {"salt": to_text(salt), "commitment": to_text(made)} for p, salt, made in lines}
        for pointer in sorted(set(found) | set(wanted["commitments"])):
            same(found.get(pointer), wanted["commitments"].get(pointer), f"fact {ordinal}, {pointer}")
        hashes.append(sha256("lianhu.fact.v1", *sorted(made for _, _, made in lines)))
        same(to_text(hashes[-1]), wanted["hash"], f"the hash of fact {ordinal}")
    header = {name: record[name] for name in ["format", "history", "recordedtime", "rules", "version"]}
    header["facts"] = len(facts)
    record_hash = sha256("lianhu.record.v1", canonical(header), *hashes)
    same(to_text(record_hash), expected["record_hash"], "the record hash")
    return to_text(record_hash)


def without_doubles(pairs):
    """JSON with a member twice means one thing to one reader and another to the next."""
    same(len(dict(pairs)), len(pairs), "the number of different member names")
    return dict(pairs)


def refuse(number):
    raise Difference(f"{number} is not an integer")


def main(path):
    name = path
    try:
        with open(path, encoding="utf-8") as file:
            vectors = json.load(
                file, object_pairs_hook=without_doubles, parse_float=refuse, parse_constant=refuse
            )
        for vector in vectors:
            name = vector["name"]
            print(f"holds   {verify(vector)}  {name}")
    except (Difference, KeyError, TypeError, ValueError) as why:
        print(f"DIFFERS {name}: {why or type(why).__name__}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: verify_record.py VECTORS.json")
    sys.exit(main(sys.argv[1]))
