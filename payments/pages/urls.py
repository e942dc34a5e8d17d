from django.urls import path

from payments.pages import pay_runs, schedule

staff_patterns = [
    path("pay-runs/", pay_runs.runs, name="pay_runs"),
    path(
        "provider-events/<str:public_id>/look-again/",
        pay_runs.look_again_at_event,
        name="look_again_at_event",
    ),
    path("pay-runs/prepare/<slug:pilot_id>/", pay_runs.prepare, name="prepare_pay_run"),
    path("pay-runs/<slug:public_id>/", pay_runs.one_run, name="pay_run"),
    path(
        "pay-runs/<slug:public_id>/submit/", pay_runs.act, {"verb": "submit"}, name="submit_pay_run"
    ),
    path(
        "pay-runs/<slug:public_id>/approve/",
        pay_runs.act,
        {"verb": "approve"},
        name="approve_pay_run",
    ),
    path(
        "payments/<slug:public_id>/release/",
        pay_runs.act_on_payment,
        {"verb": "release"},
        name="release_payment",
    ),
    path(
        "payments/<slug:public_id>/withdraw/",
        pay_runs.act_on_payment,
        {"verb": "withdraw"},
        name="withdraw_payment",
    ),
    path("pay-runs/<slug:public_id>/stop/", pay_runs.act, {"verb": "stop"}, name="stop_pay_run"),
]

urlpatterns = [
    path("my/<slug:public_id>/", schedule.my_schedule, name="my_schedule"),
    path("my/<slug:public_id>/destination/", schedule.my_destination, name="my_destination"),
    path(
        "my/<slug:public_id>/destination/back/",
        schedule.my_destination_back,
        name="my_destination_back",
    ),
]
