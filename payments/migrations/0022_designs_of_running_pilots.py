import hashlib
import json

from django.db import migrations
from django.db.models import F


def write_first_designs(apps, schema_editor):
    """Every pilot that runs already gets its design as version 1, and its people came by it."""
    Pilot = apps.get_model("participants", "Pilot")
    DesignVersion = apps.get_model("participants", "DesignVersion")
    for pilot in Pilot.objects.filter(state="launched", designs=None):
        plan = _plan_of(apps, pilot)
        document = _canonical(plan)
        first = DesignVersion.objects.create(
            pilot=pilot,
            version=1,
            document=document,
            sha256=hashlib.sha256(document.encode()).hexdigest(),
            made_by="migration",
            made_at=pilot.created_at,
        )
        apps.get_model("participants", "EligibilityVersion").objects.create(
            pilot=pilot,
            version=1,
            document=_canonical(plan["eligibility"]),
            made_by="migration",
            made_at=pilot.created_at,
        )
        pilot.enrolments.filter(design=None).update(design=first)
        Pilot.objects.filter(pk=pilot.pk).update(state_changed_at=F("created_at"))


def _canonical(value):
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _plan_of(apps, pilot):
    funds = pilot.funds.order_by("pk")
    return {
        "name": pilot.name,
        "currency": pilot.currency,
        "nation": pilot.nation,
        "time_zone": pilot.time_zone,
        "starts_on": None,
        "ends_on": None,
        "arms": [_arm(one) for one in pilot.arms.order_by("pk")],
        "lottery": {
            "has_waiting_list": False,
            "has_not_in_study": False,
            "strata": [],
            "cluster": "",
        },
        "budget": [
            {"name": one.name, "purpose": one.purpose, "budget_minor": one.budget_minor}
            for one in funds
        ],
        "sites": [],
        "eligibility": {"questions": [], "rule": None, "what_else": ""},
        "consent_texts": [
            {"purpose": one.purpose, "language": one.language, "body": one.body}
            for one in apps.get_model("participants", "ConsentText")
            .objects.filter(pilot=pilot)
            .order_by("purpose", "language", "-version")
            .distinct("purpose", "language")
        ],
    }


def _arm(arm):
    terms = arm.award_terms.order_by("-version").first()
    award = terms and {
        "fund": terms.fund.name,
        "amount_minor": terms.amount_minor,
        "count": terms.count,
        "frequency": terms.frequency,
        "lump_minor": terms.lump_minor,
        "first_date": terms.first_date.isoformat(),
        "when_closed": terms.when_closed,
        "may_choose": terms.may_choose,
    }
    return {
        "code": arm.code,
        "name": arm.name,
        "kind": arm.kind,
        "ratio": arm.ratio,
        "award": award,
    }


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0021_promises_in_the_place_of_others"),
        ("participants", "0010_designs_kept_by_the_database"),
    ]
    operations = [migrations.RunPython(write_first_designs, migrations.RunPython.noop)]
