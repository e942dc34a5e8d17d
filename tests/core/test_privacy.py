"""Every column says how private it is, or a developer is told which one does not."""

import pytest
from django.apps import apps
from django.db import models
from django.test.utils import isolate_apps

from cashpilot.core import privacy
from cashpilot.core.models import User

OURS = {"core", "participants", "payments", "evaluation"}


def our_models():
    return [m for m in apps.get_models() if m._meta.app_label in OURS]


@pytest.mark.parametrize("model", our_models(), ids=lambda m: m._meta.label)
def test_every_column_of_ours_is_classified_exactly_once(model):
    assert list(privacy.faults_of(model)) == []
    assert all(privacy.kind_of(model, f.name) in privacy.KINDS for f in model._meta.fields)


@isolate_apps("cashpilot.core")
def a_model(**sets):
    class Neighbour(models.Model):
        nickname = models.CharField(max_length=20)

        class Meta:
            app_label = "core"

        class Privacy:
            identifying = sets.get("identifying", set())
            linkable = sets.get("linkable", {"id"})
            shareable = sets.get("shareable", set())
            kept = sets.get("kept", "with the person")
            in_clear = dict.fromkeys(sets.get("in_clear", sets.get("identifying", set())), "why")

        def __str__(self):
            return self.nickname

    return Neighbour


def test_a_column_that_nobody_classified_is_named():
    planted = a_model()

    assert list(privacy.faults_of(planted)) == [
        "core.Neighbour.nickname is not classified in its Privacy class"
    ]
    with pytest.raises(
        LookupError, match=r"core\.Neighbour\.nickname has no privacy classification"
    ):
        privacy.kind_of(planted, "nickname")


def test_a_column_that_is_classified_twice_is_named():
    planted = a_model(identifying={"nickname"}, shareable={"nickname"})

    assert list(privacy.faults_of(planted)) == ["core.Neighbour.nickname is classified twice"]


def test_a_classification_of_no_column_is_named():
    planted = a_model(identifying={"nickname", "gone"}, in_clear={"nickname", "gone"})

    assert list(privacy.faults_of(planted)) == [
        "core.Neighbour.Privacy names gone, which is no column"
    ]


def test_a_model_that_does_not_say_how_long_it_is_kept_is_named():
    planted = a_model(shareable={"nickname"}, kept="for ever and a day")

    assert list(privacy.faults_of(planted)) == [
        "core.Neighbour.Privacy does not say how long it is kept"
    ]


def test_a_column_that_identifies_and_is_not_sealed_is_named():
    planted = a_model(identifying={"nickname"}, in_clear=set())

    assert list(privacy.faults_of(planted)) == [
        "core.Neighbour.nickname identifies people and is not sealed"
    ]


def test_an_excuse_for_a_column_that_does_not_identify_is_named():
    planted = a_model(shareable={"nickname"}, in_clear={"nickname"})

    assert list(privacy.faults_of(planted)) == [
        "core.Neighbour.Privacy excuses nickname, which does not identify"
    ]


def test_names_and_addresses_are_identifying_wherever_they_stand():
    names = privacy.identifying_names()

    assert {"name", "email", "phone", "date_of_birth", "password", "secret_hash"} <= names
    assert not {"id", "state", "amount_minor"} & names
    assert privacy.kind_of(User, "email") == "identifying"
