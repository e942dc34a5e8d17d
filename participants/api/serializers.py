from django.conf import settings
from rest_framework import serializers

from participants.models import (
    BenefitNote,
    BetterOffTalk,
    Consent,
    ConsentText,
    Enrolment,
    LifeEvent,
    LifeEventPolicy,
)
from participants.models.benefits import FACTS
from participants.rules import LONGEST

WHAT_HAPPENS = [one for one in LifeEvent.Kind.choices if one[0] != LifeEvent.Kind.CORRECTION]


def at_most(field: str) -> str:
    """The words that state a text field's limit."""
    return f"At most {LONGEST[field]} characters."


class PilotLine(serializers.Serializer):
    """A pilot that the caller is a member of."""

    public_id = serializers.CharField(read_only=True)
    name = serializers.CharField()
    currency = serializers.CharField()
    nation = serializers.CharField()
    state = serializers.CharField(read_only=True)


class EnrolmentLine(serializers.Serializer):
    """A person in a pilot, as staff see them."""

    public_id = serializers.CharField(read_only=True)
    code = serializers.CharField()
    name = serializers.CharField(source="participant.name")
    arm = serializers.CharField(source="arm.code")
    site = serializers.CharField(source="site.public_id", default="", read_only=True)
    enrolled_on = serializers.DateField()
    state = serializers.CharField()
    design = serializers.IntegerField(
        source="design.version",
        default=None,
        allow_null=True,
        help_text="the version of the design by which they came",
    )


class PeopleAsked(serializers.Serializer):
    """Which people, by what each person's line says."""

    arm = serializers.CharField(required=False)
    site = serializers.CharField(required=False)
    state = serializers.ChoiceField(Enrolment.State.choices, required=False)
    page = serializers.IntegerField(required=False, min_value=1)
    page_size = serializers.IntegerField(required=False, min_value=1, max_value=500)


class NewPerson(serializers.Serializer):
    """A person to enrol. `arm` is the arm's code; the consent is to taking part."""

    name = serializers.CharField(max_length=LONGEST["name"], help_text=at_most("name"))
    arm = serializers.SlugField()
    consent_date = serializers.DateField()
    how = serializers.ChoiceField(Consent.How.choices, default=Consent.How.IN_PERSON)
    read_by = serializers.CharField(
        max_length=LONGEST["read_by"],
        required=False,
        allow_blank=True,
        help_text=f"who read the text to them. {at_most('read_by')}",
    )
    code = serializers.CharField(
        max_length=LONGEST["code"], required=False, help_text=at_most("code")
    )
    date_of_birth = serializers.DateField(
        required=False, allow_null=True, help_text="from 1900 on; left out where it is not known"
    )
    email = serializers.EmailField(
        max_length=LONGEST["email"], required=False, allow_blank=True, help_text=at_most("email")
    )
    phone = serializers.CharField(
        max_length=LONGEST["phone"], required=False, allow_blank=True, help_text=at_most("phone")
    )
    language = serializers.ChoiceField(settings.PARTICIPANT_LANGUAGES, default="en")


class ConsentLine(serializers.Serializer):
    """One decision about one version of one text."""

    purpose = serializers.ChoiceField(ConsentText.Purpose.choices, source="text.purpose")
    version = serializers.IntegerField(source="text.version", read_only=True)
    decision = serializers.ChoiceField(Consent.Decision.choices, default=Consent.Decision.GIVEN)
    decided_on = serializers.DateField()
    how = serializers.ChoiceField(Consent.How.choices, default=Consent.How.IN_PERSON)
    language = serializers.ChoiceField(
        settings.PARTICIPANT_LANGUAGES,
        source="text.language",
        required=False,
        help_text="the one it was read in, if not their own",
    )
    read_by = serializers.CharField(
        max_length=LONGEST["read_by"],
        required=False,
        allow_blank=True,
        help_text=f"who read it to them. {at_most('read_by')}",
    )


class TextLine(serializers.ModelSerializer):
    """What people agree to about one purpose: one version, in one language."""

    body = serializers.CharField(max_length=LONGEST["body"], help_text=at_most("body"))

    class Meta:
        model = ConsentText
        fields = ["public_id", "purpose", "language", "version", "body", "published_at"]
        read_only_fields = ["public_id", "version", "published_at"]


class TalkLine(serializers.ModelSerializer):
    """A better-off conversation. `facts_told` names facts of the nation by their keys."""

    held_with = serializers.CharField(
        max_length=LONGEST["held_with"], help_text=at_most("held_with")
    )
    facts_told = serializers.ListField(
        child=serializers.SlugField(), max_length=len(FACTS), default=list
    )

    class Meta:
        model = BetterOffTalk
        fields = ["public_id", "held_on", "held_with", "outcome", "facts_told"]
        read_only_fields = ["public_id"]


class BenefitNoteLine(serializers.ModelSerializer):
    """A waiver, or a letter that was sent or came."""

    programme = serializers.CharField(
        max_length=LONGEST["programme"], help_text=at_most("programme")
    )
    note = serializers.CharField(
        max_length=LONGEST["note"], required=False, allow_blank=True, help_text=at_most("note")
    )

    class Meta:
        model = BenefitNote
        fields = ["public_id", "kind", "programme", "noted_on", "note"]
        read_only_fields = ["public_id"]


class PolicyLine(serializers.Serializer):
    """What one kind of life event does to payments."""

    kind = serializers.ChoiceField(WHAT_HAPPENS)
    effect = serializers.ChoiceField(LifeEventPolicy.Effect.choices)
