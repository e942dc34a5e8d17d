from django.conf import settings
from rest_framework import serializers

from evaluation.models import ResearchConsent, ResearchText, Response
from evaluation.rules.answers import Answer
from participants.api.serializers import at_most
from participants.models import Consent
from participants.rules import LONGEST

MOST_ANSWERS = 10_000


class InstrumentLine(serializers.Serializer):
    """An instrument in the version that new answers are given to, with its licence rule."""

    id = serializers.CharField()
    version = serializers.CharField()
    name = serializers.CharField()
    about = serializers.CharField()
    items = serializers.ListField(child=serializers.CharField(), source="keys")
    low = serializers.IntegerField(help_text="the lowest answer that can be given")
    high = serializers.IntegerField(help_text="the highest answer that can be given")
    lowest_score = serializers.IntegerField()
    highest_score = serializers.IntegerField()
    licence = serializers.CharField(source="licence.name")


class WaveLine(serializers.Serializer):
    """A round of questions, the same for every arm."""

    number = serializers.IntegerField()
    name = serializers.CharField(max_length=80)
    opens_on = serializers.DateField()


class ResearchDecision(serializers.Serializer):
    """What one person decided about one use of their answers; `code` is their enrolment code."""

    code = serializers.CharField(max_length=LONGEST["code"], help_text=at_most("code"))
    purpose = serializers.ChoiceField(ResearchConsent.Purpose.choices)
    decision = serializers.ChoiceField(ResearchConsent.Decision.choices)
    decided_on = serializers.DateField()
    how = serializers.ChoiceField(Consent.How.choices, required=False)
    language = serializers.ChoiceField(
        settings.PARTICIPANT_LANGUAGES,
        required=False,
        help_text="the one the words were read in, if not their own",
    )
    read_by = serializers.CharField(
        max_length=LONGEST["read_by"],
        required=False,
        allow_blank=True,
        help_text=f"who read the words to them. {at_most('read_by')}",
    )


class ResearchTextLine(serializers.ModelSerializer):
    """The words about one use of answers: one version, in one language."""

    body = serializers.CharField(max_length=LONGEST["body"], help_text=at_most("body"))

    class Meta:
        model = ResearchText
        fields = ["public_id", "purpose", "language", "version", "body", "published_at"]
        read_only_fields = ["public_id", "version", "published_at"]


class AnswerLine(serializers.Serializer):
    """One answer of the person with this enrolment code."""

    code = serializers.CharField(max_length=20)
    wave = serializers.IntegerField()
    instrument = serializers.CharField(max_length=40)
    item = serializers.CharField(max_length=60)
    value = serializers.IntegerField()
    answered_on = serializers.DateField()
    mode = serializers.ChoiceField(Response.Mode.choices, default=Response.Mode.IMPORTED)


class Answers(serializers.Serializer):
    """Answers to record, all or none. In a refusal row 1 is the first of them."""

    answers = AnswerLine(many=True, allow_empty=False, max_length=MOST_ANSWERS)

    def as_answers(self) -> list[Answer]:
        """What was sent, as the operation takes it."""
        sent = self.validated_data["answers"]
        return [Answer(row=row, **one) for row, one in enumerate(sent, start=1)]


class AnswersFile(serializers.Serializer):
    """A CSV file: code, wave, instrument, item, value, answered_on and, if wanted, mode."""

    file = serializers.FileField()


class RecordedAnswers(serializers.Serializer):
    """How many answers were new, and how many were there with the same value already."""

    added = serializers.IntegerField()
    already = serializers.IntegerField()


class ResultsAsked(serializers.Serializer):
    """Which outcome, at which wave, adjusted for which earlier wave if any."""

    instrument = serializers.CharField()
    wave = serializers.IntegerField()
    baseline = serializers.IntegerField(required=False)


class ArmFigures(serializers.Serializer):
    """One arm; numbers of people are rounded to 5, null where there are fewer than 10."""

    code = serializers.CharField()
    name = serializers.CharField()
    is_paid = serializers.BooleanField()
    in_study = serializers.IntegerField(allow_null=True)
    observed = serializers.IntegerField(allow_null=True)
    mean = serializers.FloatField(allow_null=True)
    sd = serializers.FloatField(allow_null=True)


class EffectFigures(serializers.Serializer):
    """`arm` minus `comparison` in points of the score; every figure is null where `reason` says
    why."""

    arm = serializers.CharField()
    comparison = serializers.CharField()
    is_adjusted = serializers.BooleanField(help_text="for the score at the baseline wave")
    n_arm = serializers.IntegerField(allow_null=True)
    n_comparison = serializers.IntegerField(allow_null=True)
    estimate = serializers.FloatField(allow_null=True)
    ci_low = serializers.FloatField(allow_null=True)
    ci_high = serializers.FloatField(allow_null=True)
    se = serializers.FloatField(allow_null=True)
    se_type = serializers.CharField()
    p = serializers.FloatField(allow_null=True)
    standardised_effect = serializers.FloatField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    sentence = serializers.CharField()


class RetentionFigures(serializers.Serializer):
    """Who answered, in per cent of those in the study; the difference in points of that."""

    arm = serializers.CharField()
    comparison = serializers.CharField()
    percent_arm = serializers.IntegerField(allow_null=True)
    percent_comparison = serializers.IntegerField(allow_null=True)
    difference = serializers.IntegerField(allow_null=True)
    ci_low = serializers.IntegerField(allow_null=True)
    ci_high = serializers.IntegerField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)


class ResultFigures(serializers.Serializer):
    """Everything that may be said about one outcome at one wave."""

    pilot = serializers.CharField()
    instrument = serializers.CharField()
    instrument_name = serializers.CharField()
    wave = serializers.IntegerField()
    baseline_wave = serializers.IntegerField(allow_null=True)
    headline = serializers.CharField()
    arms = ArmFigures(many=True)
    effects = EffectFigures(many=True)
    retention = RetentionFigures(many=True)
    notes = serializers.ListField(child=serializers.CharField())
