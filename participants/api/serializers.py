from django.conf import settings
from rest_framework import serializers

from participants.models import Consent, ConsentText, LifeEvent, LifeEventPolicy

WHAT_HAPPENS = [one for one in LifeEvent.Kind.choices if one[0] != LifeEvent.Kind.CORRECTION]


class PilotLine(serializers.Serializer):
    """A pilot that the caller is a member of."""

    public_id = serializers.CharField(read_only=True)
    name = serializers.CharField()
    currency = serializers.CharField()
    nation = serializers.CharField()


class EnrolmentLine(serializers.Serializer):
    """A person in a pilot, as staff see them."""

    public_id = serializers.CharField(read_only=True)
    code = serializers.CharField()
    name = serializers.CharField(source="participant.name")
    arm = serializers.CharField(source="arm.code")
    enrolled_on = serializers.DateField()
    state = serializers.CharField()


class NewPerson(serializers.Serializer):
    """A person to enrol. `arm` is the arm's code; the consent is to taking part."""

    name = serializers.CharField(max_length=200)
    arm = serializers.SlugField()
    consent_date = serializers.DateField()
    how = serializers.ChoiceField(Consent.How.choices, default=Consent.How.IN_PERSON)
    code = serializers.CharField(max_length=20, required=False)
    date_of_birth = serializers.DateField(required=False)
    email = serializers.EmailField(required=False)
    phone = serializers.CharField(max_length=30, required=False)
    language = serializers.ChoiceField(settings.PARTICIPANT_LANGUAGES, default="en")


class ConsentLine(serializers.Serializer):
    """One decision about one version of one text."""

    purpose = serializers.ChoiceField(ConsentText.Purpose.choices, source="text.purpose")
    version = serializers.IntegerField(source="text.version", read_only=True)
    decision = serializers.ChoiceField(Consent.Decision.choices, default=Consent.Decision.GIVEN)
    decided_on = serializers.DateField()
    how = serializers.ChoiceField(Consent.How.choices, default=Consent.How.IN_PERSON)


class PolicyLine(serializers.Serializer):
    """What one kind of life event does to payments."""

    kind = serializers.ChoiceField(WHAT_HAPPENS)
    effect = serializers.ChoiceField(LifeEventPolicy.Effect.choices)
