from django.urls import path

from participants.api import staff, views

urlpatterns = [
    path("enrolments/<slug:public_id>/", views.OnePerson.as_view()),
    path("pilots/<slug:pilot_id>/life-event-policies/", views.LifeEventPolicies.as_view()),
    path("enrolments/<slug:public_id>/better-off-talks/", views.Talks.as_view()),
    path("enrolments/<slug:public_id>/benefit-notes/", views.BenefitNotes.as_view()),
    path("pilots/<slug:pilot_id>/consent-texts/", views.ConsentTexts.as_view()),
    path("pilots/<slug:pilot_id>/sites/", staff.Sites.as_view()),
    path("enrolments/<slug:public_id>/site/", staff.PersonSite.as_view()),
    path("pilots/<slug:pilot_id>/members/", staff.Members.as_view()),
    path("pilots/<slug:pilot_id>/members/take-role/", staff.TakeRole.as_view()),
    path("pilots/<slug:pilot_id>/invitations/", staff.Invitations.as_view()),
    path(
        "pilots/<slug:pilot_id>/invitations/<slug:public_id>/revoke/",
        staff.RevokeInvitation.as_view(),
    ),
    path("pilots/<slug:pilot_id>/service-tokens/", staff.ServiceTokens.as_view()),
    path(
        "pilots/<slug:pilot_id>/service-tokens/<slug:public_id>/revoke/",
        staff.RevokeServiceToken.as_view(),
    ),
]
