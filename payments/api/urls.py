from django.urls import path

from payments.api import views
from payments.api.webhooks import StripeWebhook

urlpatterns = [
    path("pilots/<slug:pilot_id>/pay-runs/", views.PayRuns.as_view()),
    path("pay-runs/<slug:public_id>/", views.OnePayRun.as_view()),
    path("pay-runs/<slug:public_id>/submit/", views.SubmitPayRun.as_view()),
    path("pay-runs/<slug:public_id>/approve/", views.ApprovePayRun.as_view()),
    path("pay-runs/<slug:public_id>/stop/", views.StopPayRun.as_view()),
    path("enrolments/<slug:public_id>/schedule/", views.ScheduleForStaff.as_view()),
    path("my/<slug:public_id>/schedule/", views.MySchedule.as_view()),
    path("webhooks/stripe/platform/", StripeWebhook.as_view(endpoint="platform")),
    path("webhooks/stripe/connect/", StripeWebhook.as_view(endpoint="connect")),
]
