from django.urls import path

from payments.pages import (
    acts,
    amendments,
    books,
    claims,
    destinations,
    funds,
    health,
    letters,
    pay_runs,
    schedule,
    terms,
)

RUN_VERBS = {
    "submit": "submit_pay_run",
    "approve": "approve_pay_run",
    "send_back": "send_back_pay_run",
    "stop": "stop_pay_run",
    "pause": "pause_pay_run",
    "resume": "resume_pay_run",
}
PAYMENT_VERBS = {
    "release": "release_payment",
    "withdraw": "withdraw_payment",
    "give_up": "give_up_payment",
    "take_back": "take_back_payment",
}

staff_patterns = [
    path("pay-runs/", pay_runs.runs, name="pay_runs"),
    path("pay-runs/prepare/<slug:pilot_id>/", pay_runs.prepare, name="prepare_pay_run"),
    path("pay-runs/thresholds/<slug:pilot_id>/", acts.set_threshold, name="set_threshold"),
    path("pay-runs/health/", health.health, name="payments_health"),
    path("pay-runs/halt/", health.halt_sending, name="halt_sending"),
    path("pay-runs/halt/<slug:public_id>/lift/", health.lift_halt, name="lift_halt"),
    path("pay-runs/<slug:public_id>/", pay_runs.one_run, name="pay_run"),
    *(
        path(
            f"pay-runs/<slug:public_id>/{verb.replace('_', '-')}/",
            acts.act,
            {"verb": verb},
            name=name,
        )
        for verb, name in RUN_VERBS.items()
    ),
    *(
        path(
            f"payments/<slug:public_id>/{verb.replace('_', '-')}/",
            acts.act_on_payment,
            {"verb": verb},
            name=name,
        )
        for verb, name in PAYMENT_VERBS.items()
    ),
    path("pay-runs/ledger/<slug:pilot_id>/", books.ledger, name="ledger"),
    path("pay-runs/concerns/<slug:pilot_id>/", books.concerns, name="concerns"),
    path("pay-runs/<slug:public_id>/export.csv", books.export, name="export_pay_run"),
    path(
        "participants/<slug:public_id>/destination/answered/",
        acts.answer_question,
        name="answer_question",
    ),
    path("pay-runs/recipients/<slug:pilot_id>/", books.recipients, name="recipients"),
    path("pay-runs/shared/<slug:pilot_id>/", destinations.shared, name="shared_accounts"),
    path(
        "participants/<slug:public_id>/destination/clear/",
        destinations.clear,
        name="clear_destination",
    ),
    path("differences/", books.differences, name="differences"),
    path("differences/<slug:public_id>/close/", books.close_difference, name="close_difference"),
    path("payments/<slug:public_id>/arrived/", books.note_arrival, name="note_arrival"),
    path("payments/<slug:public_id>/follow-up/", books.follow_up, name="follow_up"),
    path("participants/<slug:public_id>/statement/", books.statement, name="statement"),
    path("participants/<slug:public_id>/claims/", claims.claims_of_one, name="claims_of_person"),
    path("pay-runs/claims/<slug:pilot_id>/", claims.claims, name="claims"),
    path("claims/<slug:public_id>/<slug:verb>/", claims.act, name="act_on_claim"),
    path("participants/<slug:public_id>/statement.pdf", letters.statement, name="statement_pdf"),
    path("participants/<slug:public_id>/letter.pdf", letters.letter, name="letter_pdf"),
    path("pilots/<slug:pilot_id>/terms/<slug:arm_code>/", terms.change_terms, name="change_terms"),
    path("pay-runs/forecast/<slug:pilot_id>/", funds.forecast, name="forecast"),
    path(
        "participants/<slug:public_id>/payments/",
        amendments.payments_of,
        name="payments_of_person",
    ),
    path(
        "participants/<slug:public_id>/payments/as-of/",
        amendments.payments_as_of,
        name="payments_as_of",
    ),
    path(
        "participants/<slug:public_id>/payments/<slug:verb>/",
        amendments.change,
        name="change_payments",
    ),
    path(
        "provider-events/<str:public_id>/look-again/",
        acts.look_again_at_event,
        name="look_again_at_event",
    ),
]

urlpatterns = [
    path("my/<slug:public_id>/", schedule.my_schedule, name="my_schedule"),
    path("my/<slug:public_id>/statement.pdf", letters.my_statement, name="my_statement"),
    path("my/<slug:public_id>/letter.pdf", letters.my_letter, name="my_letter"),
    path("my/<slug:public_id>/destination/", schedule.my_destination, name="my_destination"),
    path(
        "my/<slug:public_id>/destination/back/",
        schedule.my_destination_back,
        name="my_destination_back",
    ),
    path(
        "my/<slug:public_id>/payments/<slug:payment_id>/arrived/",
        schedule.say_what_arrived,
        name="say_what_arrived",
    ),
    path(
        "my/<slug:public_id>/destination/not-me/",
        schedule.question_my_destination,
        name="question_my_destination",
    ),
]
