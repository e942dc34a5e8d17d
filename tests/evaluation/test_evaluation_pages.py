"""The pages of results and answers, through the site's own addresses."""

import re
import xml.etree.ElementTree as ElementTree

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cashpilot.core.access import Role
from evaluation.models import Response
from evaluation.operations.waves import open_wave
from tests.evaluation.test_responses import a_file, a_row
from tests.evaluation.test_results import a_compared_pilot
from tests.evaluation.worlds import AGREED, HAPPY, a_participant, a_studied_pilot
from tests.factories import BY, NOON, a_member, a_pilot, a_user

pytestmark = pytest.mark.django_db


def signed_in(client, pilot=None, *roles: Role):
    client.force_login(a_member(pilot, *roles) if pilot else a_user("nobody@example.org"))
    return client


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def uploaded(client, pilot, raw: bytes, name="answers.csv"):
    file = SimpleUploadedFile(name, raw, content_type="text/csv")
    return client.post(reverse("answers_file", args=[pilot.public_id]), {"file": file})


def test_a_researcher_of_one_pilot_sees_its_results_at_once(client):
    pilot, _ = a_compared_pilot()
    signed_in(client, pilot, Role.RESEARCHER)

    response = client.get(reverse("evaluation"))

    said = text_of(response)
    assert response.status_code == 200
    assert "people offered Cash scored" in said
    assert "95% interval" in said
    assert "exploratory: no analysis plan is locked yet" in said
    assert "How people came into the arms is not recorded yet" in said
    assert "As of" in said


def test_each_line_of_the_forest_plot_says_what_its_row_says(client):
    pilot, _ = a_compared_pilot()
    signed_in(client, pilot, Role.RESEARCHER)

    page = client.get(reverse("evaluation")).content.decode()

    figure = page[page.index("<figure") : page.index("</figure>")]
    drawings = [f"<svg{part}</svg>" for part in re.findall("<svg(.*?)</svg>", figure, re.DOTALL)]
    titles = [ElementTree.fromstring(one).find("title").text for one in drawings]
    assert len(titles) == 2
    for title in titles:
        assert f">{title.split(': ')[1]}</td>" in figure
    assert all('role="img"' in one for one in drawings)
    assert all(ElementTree.fromstring(one).find("desc").text for one in drawings)


def test_a_wave_that_nobody_answered_yet_does_not_hide_the_last_results(client):
    pilot, _ = a_compared_pilot()
    for number in (2, 3):
        open_wave(pilot=pilot, number=number, name="Later", opens_on=AGREED, by=BY, now=NOON)
    signed_in(client, pilot, Role.RESEARCHER)

    said = text_of(client.get(reverse("evaluation")))

    assert "At wave 1, people offered Cash scored" in said
    assert "(adjusted for the baseline)" in said


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"wave": "0"}, "At wave 0, people offered Cash scored"),
        ({"instrument": HAPPY}, "(adjusted for the baseline)"),
        ({"baseline": ""}, "(not adjusted)"),
    ],
)
def test_what_an_address_leaves_out_is_filled_in(client, asked, words):
    pilot, _ = a_compared_pilot()
    signed_in(client, pilot, Role.MANAGER)

    response = client.get(reverse("pilot_results", args=[pilot.public_id]), asked)

    assert response.status_code == 200
    assert words in response.context["results"].headline


def test_another_outcome_can_be_looked_at(client):
    pilot, _ = a_compared_pilot()
    signed_in(client, pilot, Role.MANAGER)

    response = client.get(
        reverse("pilot_results", args=[pilot.public_id]),
        {"instrument": HAPPY, "wave": "1", "baseline": ""},
    )

    assert "(not adjusted)" in text_of(response)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"instrument": "joy", "wave": "1"}, "Choose instrument from the list"),
        ({"instrument": HAPPY, "wave": "x"}, "Choose wave from the list"),
        ({"instrument": HAPPY, "wave": "0", "baseline": "1"}, "earlier wave"),
    ],
)
def test_a_question_that_cannot_be_answered_is_said_beside_the_form(client, asked, words):
    pilot, _ = a_compared_pilot(in_each_arm=1)
    signed_in(client, pilot, Role.MANAGER)

    response = client.get(reverse("pilot_results", args=[pilot.public_id]), asked)

    assert response.status_code == 400
    assert words in text_of(response)


def test_a_small_arm_is_shown_with_a_reason_and_no_figure(client):
    pilot, _ = a_compared_pilot(in_each_arm=3)
    signed_in(client, pilot, Role.RESEARCHER)

    said = text_of(client.get(reverse("evaluation")))

    assert "fewer than 10 were observed" in said
    assert "nan" not in said.lower().replace("finance", "")


def test_a_pilot_without_answers_says_so(client):
    pilot = a_studied_pilot()
    signed_in(client, pilot, Role.MANAGER)

    response = client.get(reverse("evaluation"))

    assert "Nobody has answered anything yet" in text_of(response)
    assert reverse("answers_file", args=[pilot.public_id]) in text_of(response)


def test_a_member_of_two_pilots_chooses(client):
    first, second = a_pilot(), a_pilot(name="Harbour Cash Pilot")
    a_member(first, Role.RESEARCHER)
    signed_in(client, second, Role.RESEARCHER)

    said = text_of(client.get(reverse("evaluation")))

    assert reverse("pilot_results", args=[first.public_id]) in said
    assert reverse("pilot_results", args=[second.public_id]) in said


def test_somebody_in_no_pilot_is_told_what_to_do(client):
    signed_in(client)

    assert "Ask a pilot manager" in text_of(client.get(reverse("evaluation")))


def test_whose_role_is_too_small_reads_a_sentence(client):
    pilot = a_studied_pilot()
    signed_in(client, pilot, Role.APPROVER)

    home = client.get(reverse("evaluation"))
    upload = client.get(reverse("answers_file", args=[pilot.public_id]))

    assert (home.status_code, upload.status_code) == (403, 403)
    assert "does not let you see results" in text_of(home)
    assert "does not let you record answers" in text_of(upload)


def test_another_pilot_is_as_absent_as_none(client):
    pilot = a_studied_pilot()
    signed_in(client, a_pilot(name="Harbour Cash Pilot"), Role.RESEARCHER)

    for name in ("pilot_results", "answers_file", "answers_to_fill"):
        assert client.get(reverse(name, args=[pilot.public_id])).status_code == 404


def test_nobody_sees_a_page_without_signing_in(client):
    pilot = a_studied_pilot()

    for name, args in (("evaluation", []), ("answers_file", [pilot.public_id])):
        assert client.get(reverse(name, args=args)).status_code == 302


def test_a_file_of_answers_is_recorded_and_counted(client):
    pilot = a_studied_pilot()
    amina, sam = a_participant(pilot), a_participant(pilot, name="Sam Example")
    signed_in(client, pilot, Role.CASEWORKER)
    uploaded(client, pilot, a_file(a_row(amina)))

    response = uploaded(client, pilot, a_file(a_row(amina), a_row(sam)))

    followed = client.get(response.url)
    assert "1 answer was recorded. 1 was there already." in text_of(followed)
    assert Response.objects.count() == 2


def test_problems_stand_in_a_table_by_row_and_column(client):
    pilot = a_studied_pilot()
    signed_in(client, pilot, Role.CASEWORKER)

    response = uploaded(client, pilot, a_file(a_row(a_participant(pilot), "99")))

    said = text_of(response)
    assert response.status_code == 400
    assert "Nothing was recorded: 1 problem to correct." in said
    assert "99 is out of range: 0 to 10 is possible." in said
    assert not Response.objects.exists()


def test_a_file_of_another_kind_is_declined_beside_the_field(client):
    pilot = a_studied_pilot()
    signed_in(client, pilot, Role.CASEWORKER)

    response = uploaded(client, pilot, b"PK\x03\x04", name="answers.xlsx")

    assert "Choose a file of this kind: csv" in text_of(response)


def test_the_file_to_fill_has_columns_that_are_understood(client):
    pilot = a_studied_pilot()
    signed_in(client, pilot, Role.CASEWORKER)

    raw = client.get(reverse("answers_to_fill", args=[pilot.public_id])).content

    response = uploaded(client, pilot, raw)
    said = text_of(response)
    assert "nobody&#x27;s code" in said
    assert "unknown column" not in said
