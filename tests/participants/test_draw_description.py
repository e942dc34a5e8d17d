"""The description in docs/draws.md is enough to draw again: here by a program that uses no code of
ours, and nothing but Python's own library."""

import csv
import hmac
import io
import json
from hashlib import sha256
from itertools import count

import pytest

from participants.rules.assignment import draw
from participants.rules.design import commitment_of, read_design
from participants.rules.proof import document, outcomes_text
from tests.participants.test_draw_rules import STRATA, people

SEED = sha256(b"any seed").digest()


def as_json(said, **how):
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"), **how).encode()


def in_order(seed, codes, *label):
    return sorted(
        codes, key=lambda c: hmac.digest(seed, as_json(label) + b"\0" + c.encode(), sha256)
    )


def numbers(seed, *label):
    for block in count():
        raw = hmac.digest(seed, as_json(label) + b"\1" + block.to_bytes(8, "big"), sha256)
        yield from (int.from_bytes(raw[at : at + 8], "big") for at in range(0, 32, 8))


def below(stream, n):
    return next(x for x in stream if x < 2**64 // n * n) % n


def shuffled(stream, things):
    things = list(things)
    for last in range(len(things) - 1, 0, -1):
        other = below(stream, last + 1)
        things[last], things[other] = things[other], things[last]
    return things


def shares(stream, total, weights):
    whole = sum(weights.values())
    got = {name: total * w // whole for name, w in weights.items()}
    by_rest = sorted(shuffled(stream, weights), key=lambda name: -(total * weights[name] % whole))
    for name in by_rest[: total - sum(got.values())]:
        got[name] += 1
    return got


def drawn_again(said):
    """The outcomes, from a document and the description alone."""
    seed, design = bytes.fromhex(said["seed"]), said["design"]
    hashed = sha256(said["seed"].encode() + b"\n" + as_json(design, sort_keys=True))
    assert hashed.hexdigest() == said["commitment"]
    ratios = {one["arm"]: one["ratio"] for one in design["arms"]}
    people = list(csv.DictReader(io.StringIO(said["roster"])))
    unit = {one["code"]: one[design["cluster"] or "code"] for one in people}
    cells = {unit[p["code"]]: tuple(p[s["name"]] for s in design["strata"]) for p in people}
    groups = {cell: [u for u in cells if cells[u] == cell] for cell in sorted(set(cells.values()))}
    places = shares(
        numbers(seed, "shares"), design["places"], {c: len(g) for c, g in groups.items()}
    )
    arms = {}
    for cell, group in groups.items():
        placed = in_order(seed, group, "places", *cell)[: places[cell]]
        if design["method"] == "counted":
            parts = shares(numbers(seed, "counts", *cell), len(placed), ratios)
            row = [arm for arm, n in parts.items() for _ in range(n)]
        else:
            stream, row = numbers(seed, "blocks", *cell), []
            while len(row) < len(placed):
                times = design["blocks"][below(stream, len(design["blocks"]))]
                row += shuffled(stream, [a for a, n in ratios.items() for _ in range(n * times)])
        arms |= zip(in_order(seed, placed, "arms", *cell), row, strict=False)
    waiting = in_order(seed, set(cells) - set(arms), "waiting")[: design["waiting"]]
    rows = [
        f"{code},arm,{arms[u]},"
        if u in arms
        else f"{code},waiting,,{waiting.index(u) + 1}"
        if u in waiting
        else f"{code},not_in_study,,"
        for code, u in sorted(unit.items())
    ]
    return "\n".join(["code,outcome,arm,position", *rows, ""])


@pytest.mark.parametrize("cluster", ["", "household"])
@pytest.mark.parametrize("method", ["counted", "blocks"])
def test_a_program_written_from_the_description_draws_the_same(method, cluster):
    plain = {
        "method": method,
        "arms": [{"arm": "cash", "ratio": 2}, {"arm": "services", "ratio": 1}],
        "strata": STRATA,
        "cluster": cluster,
        "places": 50,
        "waiting": 7,
        "blocks": [1, 2] if method == "blocks" else [],
    }
    design, roster = read_design(plain), people(200, cluster=2 if cluster else 0)
    said = document(
        pilot="Bridge Street Cash Pilot",
        commitment=commitment_of(SEED, design.as_bytes()),
        design=design.as_plain(),
        seed=SEED.hex(),
        roster=roster,
        outcomes=outcomes_text(draw(design, SEED, roster)),
    )

    assert drawn_again(json.loads(json.dumps(said))) == said["outcomes"]
