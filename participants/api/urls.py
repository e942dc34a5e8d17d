from django.urls import path

from participants.api import contact, safeguarding, views

urlpatterns = [
    path("enrolments/<slug:public_id>/", views.OnePerson.as_view()),
    path("pilots/<slug:pilot_id>/life-event-policies/", views.LifeEventPolicies.as_view()),
    path("enrolments/<slug:public_id>/better-off-talks/", views.Talks.as_view()),
    path("enrolments/<slug:public_id>/benefit-notes/", views.BenefitNotes.as_view()),
    path("pilots/<slug:pilot_id>/consent-texts/", views.ConsentTexts.as_view()),
    path("enrolments/<slug:public_id>/safe-contact/", contact.SafeContacts.as_view()),
    path("my/<slug:public_id>/safe-contact/", contact.MySafeContact.as_view()),
    path("enrolments/<slug:public_id>/restricted-notes/", safeguarding.RestrictedNotes.as_view()),
]
