from django.urls import path

from payments.api import (
    amendments,
    arrivals,
    books,
    claims,
    disbursements,
    health,
    pay_runs,
    schedules,
    terms,
)
from payments.api.webhooks import StripeWebhook

RUN = "pay-runs/<slug:public_id>/"
SCHEDULE = "enrolments/<slug:public_id>/schedule/"
PAYMENT = "payments/<slug:public_id>/"

urlpatterns = [
    path("pilots/<slug:pilot_id>/pay-runs/", pay_runs.PayRuns.as_view()),
    path("pilots/<slug:pilot_id>/approval-thresholds/", pay_runs.Thresholds.as_view()),
    path(RUN, pay_runs.OnePayRun.as_view()),
    path(f"{RUN}changes/", pay_runs.PayRunChangesView.as_view()),
    path(f"{RUN}submit/", pay_runs.SubmitPayRun.as_view()),
    path(f"{RUN}approve/", pay_runs.ApprovePayRun.as_view()),
    path(f"{RUN}send-back/", pay_runs.SendBackPayRun.as_view()),
    path(f"{RUN}stop/", pay_runs.StopPayRun.as_view()),
    path(f"{RUN}pause/", pay_runs.PausePayRun.as_view()),
    path(f"{RUN}resume/", pay_runs.ResumePayRun.as_view()),
    path(f"{PAYMENT}release/", disbursements.ReleasePayment.as_view()),
    path(f"{PAYMENT}withdraw/", disbursements.WithdrawPayment.as_view()),
    path(f"{PAYMENT}give-up/", disbursements.GiveUpPayment.as_view()),
    path("pilots/<slug:pilot_id>/arms/<slug:arm_code>/terms/", terms.Terms.as_view()),
    path("pilots/<slug:pilot_id>/forecast/", amendments.Forecast.as_view()),
    path("pilots/<slug:pilot_id>/trial-balance/", books.TrialBalance.as_view()),
    path("pilots/<slug:pilot_id>/concerns/", books.Concerns.as_view()),
    path("pilots/<slug:pilot_id>/recipients/", books.RecipientsNotReady.as_view()),
    path("enrolments/<slug:public_id>/claims/", claims.PersonClaims.as_view()),
    path("pilots/<slug:pilot_id>/claims/", claims.PilotClaims.as_view()),
    path("claims/<slug:public_id>/agree/", claims.AgreeToClaim.as_view()),
    path("claims/<slug:public_id>/decline/", claims.DeclineClaim.as_view()),
    path("claims/<slug:public_id>/paid/", claims.PaidClaim.as_view()),
    path("payments/health/", health.PaymentsHealth.as_view()),
    path("payments/halts/", health.Halts.as_view()),
    path("payments/halts/<slug:public_id>/lift/", health.LiftHalt.as_view()),
    path("differences/", books.Differences.as_view()),
    path("differences/<slug:public_id>/close/", books.CloseDifference.as_view()),
    path(f"{PAYMENT}take-back/", books.TakeBackPayment.as_view()),
    path(f"{PAYMENT}arrived/", arrivals.PaymentArrived.as_view()),
    path(f"{PAYMENT}follow-up/", books.FollowUps.as_view()),
    path("enrolments/<slug:public_id>/statement/", books.Statement.as_view()),
    path(SCHEDULE, schedules.ScheduleForStaff.as_view()),
    path(f"{SCHEDULE}as-of/", amendments.ScheduleAsOf.as_view()),
    path(f"{SCHEDULE}top-up/", amendments.TopUp.as_view()),
    path(f"{SCHEDULE}change/", amendments.ChangeSchedule.as_view()),
    path(f"{SCHEDULE}hold/", amendments.HoldPayments.as_view()),
    path(f"{SCHEDULE}resume/", amendments.ResumePayments.as_view()),
    path(f"{SCHEDULE}stop/", amendments.StopPayments.as_view()),
    path(f"{SCHEDULE}bring-back/", amendments.BringBackPayments.as_view()),
    path("my/<slug:public_id>/schedule/", schedules.MySchedule.as_view()),
    path(
        "my/<slug:public_id>/payments/<slug:payment_id>/arrived/",
        arrivals.MyPaymentArrived.as_view(),
    ),
    path("webhooks/stripe/platform/", StripeWebhook.as_view(endpoint="platform")),
    path("webhooks/stripe/connect/", StripeWebhook.as_view(endpoint="connect")),
]
