from django.db import migrations

from cashpilot.core.database import AppendOnly, Guard, refuse_if

IS_OVER_OR_ON_ITS_WAY = """(OLD.state <> 'planned' OR EXISTS (
    SELECT 1 FROM payments_disbursement d
    WHERE d.instalment_id = OLD.id
      AND d.state <> 'failed' AND NOT (d.state = 'returned' AND d.returned_to = 'funds')
))"""
OTHER_PROMISE = """(NEW.award_id, NEW.number, NEW.kind, NEW.due_date, NEW.amount_minor)
    IS DISTINCT FROM (OLD.award_id, OLD.number, OLD.kind, OLD.due_date, OLD.amount_minor)"""
OTHER_AWARD = """(NEW.enrolment_id, NEW.fund_id, NEW.currency)
    IS DISTINCT FROM (OLD.enrolment_id, OLD.fund_id, OLD.currency)
    OR (OLD.terms_id IS NOT NULL AND NEW.terms_id IS DISTINCT FROM OLD.terms_id)"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0009_check_ups")]
    operations = [
        # Awards older than versions of terms were made from what is now the first.
        migrations.RunSQL(
            "UPDATE payments_award w SET terms_id = t.id"
            " FROM payments_awardterms t JOIN participants_enrolment e ON e.arm_id = t.arm_id"
            " WHERE w.terms_id IS NULL AND w.enrolment_id = e.id AND t.version = 1",
            migrations.RunSQL.noop,
        ),
        AppendOnly("payments_awardterms"),
        Guard(
            "an_award_keeps_its_terms",
            "payments_award",
            "BEFORE UPDATE OF enrolment_id, fund_id, currency, terms_id",
            refuse_if(OTHER_AWARD, "an award keeps the terms it was made from"),
        ),
        Guard(
            "what_was_sent_is_never_changed",
            "payments_instalment",
            "BEFORE UPDATE OF award_id, number, kind, due_date, amount_minor",
            refuse_if(
                f"{OTHER_PROMISE} AND {IS_OVER_OR_ON_ITS_WAY}",
                "what was sent or cancelled is never changed",
            ),
        ),
        Guard(
            "a_hold_has_a_known_reason",
            "payments_hold",
            "BEFORE INSERT OR UPDATE",
            refuse_if(
                "NEW.reason NOT IN ('asked_for', 'safeguarding', 'life_event', 'payee')",
                "payments are held for no such reason",
            ),
        ),
    ]
