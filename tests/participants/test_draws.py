"""A pilot's draw: committed to before anybody is listed, held once, and kept as it was."""

import pytest

from participants.models import Allotment, Consent, Enrolment
from participants.queries.draws import document_of
from participants.rules.proof import fault_in
from payments.models import Award
from tests.participants.draw_world import (
    a_held_draw,
)

pytestmark = pytest.mark.django_db


def test_everybody_on_the_list_has_an_outcome_and_the_arms_are_enrolled_and_promised():
    draw = a_held_draw(24)

    assert Allotment.objects.filter(entrant__draw=draw, kind="arm").count() == 24
    arms = [Enrolment.objects.filter(arm__code=arm).count() for arm in ("cash", "services")]
    assert sum(arms) == 24
    assert max(arms) - min(arms) <= 6
    assert Award.objects.count() == arms[0]
    assert Consent.objects.filter(text__purpose="take-part").count() == 24
    assert draw.state == "held"
    assert fault_in(document_of(draw)) == ""
