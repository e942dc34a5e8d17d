"""The map of the site."""

from django.apps import apps
from django.conf import settings
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from cashpilot import (
    data_endpoints,
    design_endpoints,
    endpoints,
    health,
    intake_endpoints,
    timelines,
)
from cashpilot.api import nothing_here
from cashpilot.pages import urls as shared_pages
from participants.pages import urls as participants_pages
from payments.pages import urls as payments_pages

api = [
    path("pilots/", endpoints.Pilots.as_view()),
    path("pilots/<slug:pilot_id>/launch/", design_endpoints.Launch.as_view()),
    path("pilots/<slug:pilot_id>/designs/", design_endpoints.Designs.as_view()),
    path("applications/<slug:public_id>/enrol/", endpoints.EnrolApplication.as_view()),
    path("pilots/<slug:pilot_id>/enrolments/", endpoints.Enrolments.as_view()),
    path("pilots/<slug:pilot_id>/enrolments/file/", endpoints.EnrolmentFile.as_view()),
    path("pilots/<slug:pilot_id>/draw/hold/", endpoints.HeldDraw.as_view()),
    path("pilots/<slug:pilot_id>/intakes/", intake_endpoints.Intakes.as_view()),
    path("pilots/<slug:pilot_id>/pairs/", intake_endpoints.Pairs.as_view()),
    path("pairs/<slug:public_id>/decide/", intake_endpoints.DecidePair.as_view()),
    path("intakes/<slug:public_id>/", intake_endpoints.OneIntake.as_view()),
    path("intakes/<slug:public_id>/columns/", intake_endpoints.IntakeMatching.as_view()),
    path("intakes/<slug:public_id>/answers/", intake_endpoints.IntakeAnswers.as_view()),
    path("intakes/<slug:public_id>/add/", intake_endpoints.IntakeAdding.as_view()),
    path("intakes/<slug:public_id>/undo/", intake_endpoints.IntakeUndoing.as_view()),
    path("intakes/<slug:public_id>/drop/", intake_endpoints.IntakeDropping.as_view()),
    path("intakes/<slug:public_id>/rejected.csv", intake_endpoints.IntakeRejected.as_view()),
    path("enrolments/<slug:public_id>/consents/", endpoints.Consents.as_view()),
    path("enrolments/<slug:public_id>/timeline/", timelines.Timeline.as_view()),
    path("my/<slug:public_id>/timeline/", timelines.MyTimeline.as_view()),
    path("enrolments/<slug:public_id>/life-events/", endpoints.LifeEvents.as_view()),
    path(
        "enrolments/<slug:public_id>/life-events/<slug:event_id>/correct/",
        endpoints.CorrectLifeEvent.as_view(),
    ),
    path("enrolments/<slug:public_id>/looks/", data_endpoints.Looks.as_view()),
    path("enrolments/<slug:public_id>/copy/", data_endpoints.Copy.as_view()),
    path("enrolments/<slug:public_id>/erasure/", data_endpoints.Erasure.as_view()),
    path("", include("participants.api.urls")),
    path("", include("payments.api.urls")),
]
staff = [
    *shared_pages.staff_patterns,
    *participants_pages.staff_patterns,
    *payments_pages.staff_patterns,
]

if apps.is_installed("evaluation"):
    api.append(path("", include("evaluation.api.urls")))
    staff.append(path("", include("evaluation.pages.urls")))
    my_patterns = [path("", include("evaluation.pages.my_urls"))]
else:
    my_patterns = []

urlpatterns = [
    path("livez", health.livez),
    path("readyz", health.readyz),
    path("accounts/email/", RedirectView.as_view(pattern_name="mfa_index")),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/", include("allauth.socialaccount.providers.openid_connect.urls")),
    path(
        "accounts/oidc/cancelled/",
        RedirectView.as_view(pattern_name="account_login"),
        name="socialaccount_login_cancelled",
    ),
    path("accounts/second-step/", include("allauth.mfa.urls")),
    path("api/v1/", include(api)),
    path("api/v1/<path:address>", nothing_here),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="api_docs"),
    path("staff/", include(staff)),
    path("", include(shared_pages.urlpatterns)),
    path("", include(participants_pages.urlpatterns)),
    path("", include(payments_pages.urlpatterns)),
    *my_patterns,
]

if settings.CASHPILOT_MODE == "demo":
    urlpatterns.append(path("demo/", include("cashpilot.demo.doors")))
