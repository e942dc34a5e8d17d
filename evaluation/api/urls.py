from django.urls import path

from evaluation.api import releases, views

urlpatterns = [
    path("instruments/", views.Instruments.as_view()),
    path("pilots/<slug:pilot_id>/waves/", views.Waves.as_view()),
    path("pilots/<slug:pilot_id>/research-consents/", views.ResearchConsents.as_view()),
    path("pilots/<slug:pilot_id>/research-texts/", views.ResearchTexts.as_view()),
    path("pilots/<slug:pilot_id>/responses/", views.Responses.as_view()),
    path("pilots/<slug:pilot_id>/responses/file/", views.ResponseFile.as_view()),
    path("pilots/<slug:pilot_id>/results/", views.PilotResults.as_view()),
    *releases.urlpatterns,
]
