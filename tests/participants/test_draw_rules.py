"""Drawing by lot as arithmetic: repeatable anywhere, fair, and as the design says."""

import hashlib
import hmac
import json
import subprocess
import sys
from collections import Counter
from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cashpilot.core.refusals import Invalid
from participants.rules.assignment import Entry, draw
from participants.rules.balance import differences, standardised
from participants.rules.design import commitment_of, read_design
from participants.rules.entrants import mark_of
from participants.rules.lots import Stream, apportion, in_order
from participants.rules.proof import document, fault_in, outcomes_text, roster_text
from participants.rules.sealing import sealed

ROOT = Path(__file__).resolve().parents[2]
SEED = bytes(range(32))
SITES, BANDS = ("North", "South"), ("18-34", "35-54", "55+")
STRATA = [{"name": "site", "values": list(SITES)}, {"name": "band", "values": list(BANDS)}]
METHODS = ["simple", "counted", "blocks", "minimised"]
OWN = {"blocks": {"blocks": [1, 2]}, "minimised": {"coin": 80}}
EVEN = {"cash": 1, "services": 1}
GOLDEN_NUMBERS = [90, 18, 6, 54, 31, 86, 19, 98]
GOLDEN_SHUFFLE = ["a", "b", "f", "c", "d", "e"]

patiently = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
ratios = st.dictionaries(
    st.sampled_from(["cash", "coaching", "services", "waiting"]),
    st.integers(1, 5),
    min_size=2,
    max_size=4,
)
seeds = st.binary(min_size=32, max_size=32)


def plan(method="counted", ratios=EVEN, **also):
    arms = [{"arm": arm, "ratio": ratio} for arm, ratio in ratios.items()]
    strata = {"strata": STRATA} if method == "minimised" else {}
    return read_design({"method": method, "arms": arms, **strata, **OWN.get(method, {}), **also})


def people(n, *, cluster=0, strata=True):
    def entry(i):
        group = i // cluster if cluster else i
        cell = (SITES[group % 2], BANDS[group % 3]) if strata else ()
        return Entry(f"C{i:05}", f"H{group}" if cluster else "", cell)

    return [entry(i) for i in range(n)]


def arms_of(outcomes):
    return Counter(one.arm for one in outcomes if one.kind == "arm")


# The generator


def test_a_stream_is_what_its_description_says():
    block = hmac.digest(SEED, b'["blocks","North"]\x01' + bytes(8), hashlib.sha256)

    drawn = [Stream(SEED, "blocks", "North").below(2**32)]

    assert drawn == [int.from_bytes(block[:8], "big") % 2**32]


def test_lots_are_what_their_description_says():
    def lot(code):
        return hmac.digest(SEED, b'["arms"]\x00' + code.encode(), hashlib.sha256)

    assert in_order(SEED, ["B", "A", "Ł"], "arms") == sorted("ABŁ", key=lot)


def test_the_numbers_of_a_stream_stay_the_same_in_every_version_of_ours():
    stream = Stream(SEED, "golden")

    assert [stream.below(100) for _ in range(8)] == GOLDEN_NUMBERS
    assert Stream(SEED, "golden").shuffled(list("abcdef")) == GOLDEN_SHUFFLE


@patiently
@given(seeds, st.integers(1, 50))
def test_numbers_stay_below_their_bound_and_reach_all_of_it(seed, n):
    stream = Stream(seed, "bound")

    seen = {stream.below(n) for _ in range(n * 30)}

    assert seen <= set(range(n))
    assert len(seen) > n * 0.8


def test_numbers_that_would_favour_some_results_are_passed_over():
    n = 2**63 + 1
    labels = [str(number) for number in range(8)]
    whole = {one: Stream(SEED, one).below(2**64) for one in labels}

    drawn = {one: Stream(SEED, one).below(n) for one in labels}

    over = [one for one in labels if whole[one] >= n]
    assert over
    assert all(drawn[one] != whole[one] - n for one in over)
    assert all(drawn[one] == whole[one] for one in labels if one not in over)


def test_each_order_of_three_comes_up_about_as_often():
    orders = Counter(
        "".join(Stream(n.to_bytes(32, "big"), "fair").shuffled("abc")) for n in range(6_000)
    )

    assert len(orders) == 6
    assert all(abs(times - 1_000) < 150 for times in orders.values())


def test_two_labels_that_read_alike_are_two_streams():
    assert Stream(SEED, "a", "bc").below(2**60) != Stream(SEED, "ab", "c").below(2**60)


# Counts, worked by hand


@pytest.mark.parametrize(
    ("total", "weights", "shares"),
    [
        (10, {"a": 1, "b": 1}, {"a": 5, "b": 5}),
        (100, {"a": 2, "b": 1}, {"a": 67, "b": 33}),  # 66.67 and 33.33
        (10, {"a": 3, "b": 2, "c": 2}, {"a": 4, "b": 3, "c": 3}),  # 4.29, 2.86, 2.86
        (7, {"a": 5, "b": 3, "c": 1}, {"a": 4, "b": 2, "c": 1}),  # 3.89, 2.33, 0.78
        (2, {"a": 1, "b": 8}, {"a": 0, "b": 2}),  # 0.22, 1.78
        (0, {"a": 1, "b": 2}, {"a": 0, "b": 0}),
    ],
)
def test_shares_agree_with_counts_worked_by_hand(total, weights, shares):
    assert apportion(total, weights, Stream(SEED, "ties")) == shares


def test_equal_remainders_are_decided_by_lot_and_not_by_the_order_of_the_arms():
    odd_one = Counter(
        max(shares, key=shares.get)
        for n in range(400)
        for shares in [apportion(5, EVEN, Stream(n.to_bytes(32, "big"), "ties"))]
    )

    assert abs(odd_one["cash"] - 200) < 50


@patiently
@given(seeds, ratios, st.integers(2, 300))
def test_counted_arms_are_within_one_of_what_the_ratios_say(seed, ratios, n):
    found = arms_of(draw(plan("counted", ratios), seed, people(n, strata=False)))

    whole = sum(ratios.values())
    assert all(abs(found[arm] - n * ratio / whole) < 1 for arm, ratio in ratios.items())


@patiently
@given(seeds, ratios, st.integers(2, 200))
def test_down_a_drawn_order_blocks_keep_the_ratios_within_a_block(seed, ratios, n):
    design = plan("blocks", ratios, blocks=[1, 2, 3])
    arms = {one.code: one.arm for one in draw(design, seed, people(n, strata=False))}

    whole, seen = sum(ratios.values()), Counter()
    for number, code in enumerate(in_order(seed, arms, "arms"), start=1):
        seen[arms[code]] += 1
        for arm, ratio in ratios.items():
            assert abs(seen[arm] - number * ratio / whole) <= 3 * ratio


@patiently
@given(seeds, ratios, st.sampled_from(["counted", "blocks"]))
def test_every_stratum_is_balanced_by_itself(seed, ratios, method):
    roster = people(120)
    cells = {one.code: one.strata for one in roster}
    outcomes = draw(plan(method, ratios, strata=STRATA), seed, roster)

    within = Counter((cells[one.code], one.arm) for one in outcomes)
    whole, sizes = sum(ratios.values()), Counter(cells.values())
    for cell, arm in product(sizes, ratios):
        slack = 1 if method == "counted" else 2 * ratios[arm]
        assert abs(within[cell, arm] - sizes[cell] * ratios[arm] / whole) <= slack


@patiently
@given(seeds, st.sampled_from(METHODS), st.randoms(use_true_random=False), st.booleans())
def test_the_order_of_the_roster_makes_no_difference(seed, method, chance, is_clustered):
    roster = people(90, cluster=3 if is_clustered else 0)
    also = {"cluster": "household"} if is_clustered else {}
    design = plan(method, {"cash": 2, "services": 1}, **also, strata=STRATA, places=20, waiting=5)
    other_order = chance.sample(roster, len(roster))

    assert draw(design, seed, roster) == draw(design, seed, other_order)


@pytest.mark.parametrize("method", METHODS)
def test_another_seed_gives_another_draw(method):
    roster = people(60)
    design = plan(method, strata=STRATA)

    assert draw(design, SEED, roster) != draw(design, bytes(32), roster)


def test_simple_draws_follow_the_ratios_over_many_people():
    found = arms_of(draw(plan("simple", {"cash": 1, "services": 3}), SEED, people(8_000)))

    assert abs(found["cash"] - 2_000) < 130


# Clusters, places, the waiting list


@pytest.mark.parametrize("method", METHODS)
def test_people_who_share_a_household_share_their_outcome(method):
    roster = people(300, cluster=3)
    homes = {one.code: one.cluster for one in roster}
    design = plan(method, cluster="household", strata=STRATA, places=60, waiting=10)

    outcomes = draw(design, SEED, roster)

    said = {(homes[one.code], one.kind, one.arm, one.position) for one in outcomes}
    assert len(said) == 100
    assert sum(1 for _, kind, _, _ in said if kind == "arm") == 60


def test_a_household_in_two_strata_is_refused_by_name():
    roster = [Entry("A", "H1", ("North", "55+")), Entry("B", "H1", ("South", "55+"))]

    with pytest.raises(Invalid, match="H1"):
        draw(plan(cluster="household", strata=STRATA), SEED, roster)


def test_a_code_that_stands_twice_is_refused():
    with pytest.raises(Invalid, match="C1"):
        draw(plan(), SEED, [Entry("C1"), Entry("C1")])


def test_where_places_are_few_there_are_three_outcomes_and_positions_without_a_gap():
    outcomes = draw(plan(places=40, waiting=12), SEED, people(100, strata=False))

    kinds = Counter(one.kind for one in outcomes)
    assert kinds == {"arm": 40, "waiting": 12, "not_in_study": 48}
    assert arms_of(outcomes) == {"cash": 20, "services": 20}
    assert sorted(one.position for one in outcomes if one.position) == list(range(1, 13))


@patiently
@given(seeds, st.integers(1, 119))
def test_each_stratum_has_its_share_of_the_places(seed, places):
    roster = people(120)
    cells = {one.code: one.strata for one in roster}

    outcomes = draw(plan(strata=STRATA, places=places), seed, roster)

    placed = Counter(cells[one.code] for one in outcomes if one.kind == "arm")
    assert sum(placed.values()) == places
    assert all(abs(placed[cell] - places / 6) < 1 for cell in set(cells.values()))


def test_everybody_has_the_same_chance_of_a_place():
    design, roster = plan(places=5), people(10, strata=False)

    times = Counter(
        one.code
        for n in range(2_000)
        for one in draw(design, n.to_bytes(32, "big"), roster)
        if one.arm == "cash"
    )

    assert all(abs(times[one.code] - 500) < 90 for one in roster)


# Minimisation


def test_minimisation_keeps_each_stratum_more_alike_than_chance_does():
    def spread(method):
        total = 0
        for n in range(40):
            roster = people(30)
            cells = {one.code: one.strata for one in roster}
            seen = Counter()
            for one in draw(plan(method, strata=STRATA), n.to_bytes(32, "big"), roster):
                for value in cells[one.code]:
                    seen[value] += 1 if one.arm == "cash" else -1
            total += sum(map(abs, seen.values()))
        return total

    assert spread("minimised") < spread("simple") / 2


@patiently
@given(seeds, ratios)
def test_minimisation_follows_unequal_ratios(seed, ratios):
    found = arms_of(draw(plan("minimised", ratios), seed, people(180)))

    whole = sum(ratios.values())
    assert all(abs(found[arm] - 180 * ratio / whole) < 20 for arm, ratio in ratios.items())


# The design


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"method": "by hand"}, "method"),
        ({"arms": [{"arm": "cash", "ratio": 1}]}, "arms"),
        ({"arms": [{"arm": "cash", "ratio": 1}, {"arm": "cash", "ratio": 1}]}, "arms"),
        ({"arms": [{"arm": "cash", "ratio": 0}, {"arm": "services", "ratio": 1}]}, "arms"),
        ({"arms": [{"arm": "cash", "ratio": 1.5}, {"arm": "services", "ratio": 1}]}, "arms"),
        ({"arms": [{"arm": {}, "ratio": 1, "for": "Sam"}, {}]}, "arms"),
        ({"arms": "cash"}, "arms"),
        ({"arms": [{"arm": f"a{n}", "ratio": 1} for n in range(500)]}, "arms"),
        ({"strata": [{"name": "site", "values": ["North"]}]}, "strata"),
        ({"strata": [{"name": "site", "values": ["North", "North"]}]}, "strata"),
        ({"strata": [{"name": "Site of it", "values": ["a", "b"]}]}, "strata"),
        ({"strata": [{"name": "email", "values": ["a", "b"]}]}, "strata"),
        ({"strata": [STRATA[0], STRATA[0]]}, "strata"),
        ({"strata": [STRATA[0]], "cluster": "site"}, "strata"),
        ({"cluster": "name"}, "cluster"),
        ({"waiting": 5}, "waiting"),
        ({"places": -1}, "places"),
        ({"places": True}, "places"),
        ({"blocks": [1]}, "blocks"),
        ({"method": "blocks"}, "blocks"),
        ({"method": "blocks", "blocks": [0]}, "blocks"),
        ({"method": "minimised", "strata": STRATA}, "coin"),
        ({"method": "minimised", "coin": 80}, "strata"),
        ({"seed": "00"}, "design"),
        ({"rules": 2}, "rules"),
    ],
)
def test_a_design_that_cannot_be_is_refused_by_its_part(wrong, field):
    arms = [{"arm": "cash", "ratio": 1}, {"arm": "services", "ratio": 1}]

    with pytest.raises(Invalid) as refused:
        read_design({"method": "counted", "arms": arms, **wrong})

    assert refused.value.field == field


@pytest.mark.parametrize("said", [[], "counted", None, 7])
def test_what_is_no_design_at_all_is_refused(said):
    with pytest.raises(Invalid):
        read_design(said)


def test_a_design_is_written_in_one_way():
    design = plan("blocks", {"cash": 2, "services": 1}, strata=STRATA)

    again = read_design(json.loads(design.as_bytes()))

    assert again == design
    assert again.as_bytes() == design.as_bytes()


# The commitment, the seal, the proof


def test_a_commitment_is_what_any_sha256_program_says():
    design = plan().as_bytes()

    said = hashlib.sha256(SEED.hex().encode() + b"\n" + design).hexdigest()

    assert commitment_of(SEED, design) == said
    assert commitment_of(bytes(32), design) != said


def test_a_seal_opens_with_its_key_and_its_name_and_nothing_else():
    closed = sealed(SEED, key="k" * 32, name="drw_1")

    assert sealed(closed, key="k" * 32, name="drw_1") == SEED
    assert sealed(closed, key="K" * 32, name="drw_1") != SEED
    assert sealed(closed, key="k" * 32, name="drw_2") != SEED


def a_document(method="counted", **also):
    design = plan(method, strata=STRATA, places=20, waiting=3, **also)
    roster = people(36, cluster=2 if also else 0)
    return document(
        pilot="Bridge Street Cash Pilot",
        commitment=commitment_of(SEED, design.as_bytes()),
        design=design.as_plain(),
        seed=SEED.hex(),
        roster=roster,
        outcomes=outcomes_text(draw(design, SEED, roster)),
    )


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("also", [{}, {"cluster": "household"}])
def test_a_document_as_it_was_written_has_no_fault(method, also):
    said = json.loads(json.dumps(a_document(method, **also)))

    assert fault_in(said) == ""


def test_one_changed_byte_of_the_outcomes_is_found_by_row():
    said = a_document()
    lines = said["outcomes"].split("\n")
    for row in range(1, 37):
        other = lines[row].replace("arm,cash", "arm,cosh").replace("waiting", "waitinG")
        other = other.replace("services", "servicez").replace("not_in", "not_On")
        changed = "\n".join([*lines[:row], other, *lines[row + 1 :]])

        assert fault_in({**said, "outcomes": changed}).startswith(f"Row {row + 1} says “{other}”")


@patiently
@given(st.data())
def test_any_changed_byte_anywhere_is_found(data):
    said = a_document()
    part = data.draw(st.sampled_from(["commitment", "seed", "roster", "outcomes"]))
    at = data.draw(st.integers(0, len(said[part]) - 1))
    other = data.draw(st.sampled_from("0123456789abcdefXYZ,\n").filter(said[part][at].__ne__))

    changed = said[part][:at] + other + said[part][at + 1 :]

    assert fault_in({**said, part: changed})


@pytest.mark.parametrize(
    "change",
    [
        lambda said: said["design"].update(method="simple"),
        lambda said: said["design"]["arms"][0].update(ratio=2),
        lambda said: said.pop("seed"),
        lambda said: said.update(design=[]),
        lambda said: said.update(seed="no hexadecimal"),
        lambda said: said.update(seed=7),
        lambda said: said.update(roster="code\nA,B\n"),
        lambda said: said.update(roster=""),
        lambda said: said.update(roster=None),
        lambda said: said.update(outcomes=said["outcomes"] + "Z,arm,cash,\n"),
        lambda said: said.update(outcomes=said["outcomes"].rsplit("\n", 2)[0] + "\n"),
    ],
)
def test_a_document_that_was_tampered_with_is_one_sentence(change):
    said = json.loads(json.dumps(a_document()))
    change(said)

    assert fault_in(said).endswith(("”.", "."))


def test_the_proof_runs_without_a_database_or_settings(tmp_path):
    good, bad = tmp_path / "draw.json", tmp_path / "other.json"
    said = a_document("blocks")
    good.write_text(json.dumps(said))
    said["outcomes"] = said["outcomes"].replace("cash", "services", 1)
    bad.write_text(json.dumps(said))

    results = [
        subprocess.run(
            [sys.executable, "-m", "participants.rules.proof", str(file)],
            cwd=ROOT,
            env={},
            capture_output=True,
            text=True,
            check=False,
        )
        for file in (good, bad)
    ]

    assert [one.returncode for one in results] == [0, 1]
    assert results[0].stdout.startswith("Every outcome follows")
    assert "the seed gives" in results[1].stderr


def test_a_roster_with_commas_and_quotes_in_it_is_read_as_it_was():
    values = ["North, East", 'the "old" side']
    design = plan(strata=[{"name": "site", "values": values}])
    roster = [Entry(f"C{n}", "", (values[n % 2],)) for n in range(8)]
    said = document(
        pilot="x",
        commitment=commitment_of(SEED, design.as_bytes()),
        design=design.as_plain(),
        seed=SEED.hex(),
        roster=roster,
        outcomes=outcomes_text(draw(design, SEED, roster)),
    )

    assert '"North, East"' in roster_text(design, roster)
    assert fault_in(said) == ""


# Balance, and who is who


def test_standardised_differences_agree_with_figures_worked_by_hand():
    people = [("cash", {"site": "North"})] * 3 + [("cash", {"site": "South"})]
    people += [("services", {"site": "North"})] * 2 + [("services", {"site": "South"})] * 2

    traits = {"site": ["North", "South", "East"]}

    north, south = differences(people, traits=traits, arms=list(EVEN), reference="services")

    assert (north.value, north.people) == ("North", {"cash": 3, "services": 2})
    # 0.75 - 0.5 over the root of (0.1875 + 0.25) / 2
    assert north.standardised["cash"] == pytest.approx(0.25 / 0.21875**0.5)
    assert south.standardised["cash"] == pytest.approx(-0.25 / 0.21875**0.5)
    assert standardised(1, 1) is None


def test_a_person_is_known_again_by_the_best_that_is_known():
    assert mark_of("Ana Example", None, "A@example.org", None) == mark_of(
        "ANA EXAMPLE", None, "a@EXAMPLE.org", None
    )
