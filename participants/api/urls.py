from django.urls import path

from participants.api import views

urlpatterns = [
    path("enrolments/<slug:public_id>/", views.OnePerson.as_view()),
    path("pilots/<slug:pilot_id>/life-event-policies/", views.LifeEventPolicies.as_view()),
    path("pilots/<slug:pilot_id>/consent-texts/", views.ConsentTexts.as_view()),
]
