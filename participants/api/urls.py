from django.urls import path

from participants.api import applications, designs, draws, views

urlpatterns = [
    path("enrolments/<slug:public_id>/", views.OnePerson.as_view()),
    path("pilots/<slug:pilot_id>/life-event-policies/", views.LifeEventPolicies.as_view()),
    path("enrolments/<slug:public_id>/better-off-talks/", views.Talks.as_view()),
    path("enrolments/<slug:public_id>/benefit-notes/", views.BenefitNotes.as_view()),
    path("pilots/<slug:pilot_id>/consent-texts/", views.ConsentTexts.as_view()),
    path("pilots/<slug:pilot_id>/draw/", draws.TheDraw.as_view()),
    path("pilots/<slug:pilot_id>/draw/withdraw/", draws.WithdrawnDraw.as_view()),
    path("pilots/<slug:pilot_id>/draw/document/", draws.DrawDocument.as_view()),
    path("pilots/<slug:pilot_id>/draw/entrants/", draws.Entrants.as_view()),
    path("pilots/<slug:pilot_id>/draw/entrants/file/", draws.EntrantsFile.as_view()),
    path("pilots/<slug:pilot_id>/draw/entrants/<slug:public_id>/", draws.OneEntrant.as_view()),
    path("pilot-drafts/", designs.Drafts.as_view()),
    path("pilots/<slug:pilot_id>/plan/", designs.OnePlan.as_view()),
    path("pilots/<slug:pilot_id>/missing/", designs.Missing.as_view()),
    path("pilots/<slug:pilot_id>/ready/", designs.Ready.as_view()),
    path("pilots/<slug:pilot_id>/close/", designs.Close.as_view()),
    path("pilots/<slug:pilot_id>/designs/<int:version>/", designs.OneDesign.as_view()),
    path("pilots/<slug:pilot_id>/questions/", applications.Questions.as_view()),
    path("pilots/<slug:pilot_id>/questions/try/", applications.TryQuestions.as_view()),
    path("pilots/<slug:pilot_id>/applications/", applications.Applications.as_view()),
    path("applications/<slug:public_id>/decisions/", applications.Decisions.as_view()),
]
