from django.urls import path

from participants.api import complaints, contact, safeguarding, signposts, views

urlpatterns = [
    path("enrolments/<slug:public_id>/", views.OnePerson.as_view()),
    path("pilots/<slug:pilot_id>/life-event-policies/", views.LifeEventPolicies.as_view()),
    path("enrolments/<slug:public_id>/better-off-talks/", views.Talks.as_view()),
    path("enrolments/<slug:public_id>/benefit-notes/", views.BenefitNotes.as_view()),
    path("pilots/<slug:pilot_id>/consent-texts/", views.ConsentTexts.as_view()),
    path("complaints/", complaints.Waiting.as_view()),
    path("complaints/<slug:public_id>/", complaints.OneComplaint.as_view()),
    path("complaints/<slug:public_id>/take-up/", complaints.TakeUp.as_view()),
    path("complaints/<slug:public_id>/hand-over/", complaints.HandOver.as_view()),
    path("complaints/<slug:public_id>/about/", complaints.About.as_view()),
    path("complaints/<slug:public_id>/answer/", complaints.Answer.as_view()),
    path("complaints/<slug:public_id>/close/", complaints.Close.as_view()),
    path("complaints/<slug:public_id>/reopen/", complaints.Reopen.as_view()),
    path("enrolments/<slug:public_id>/complaints/", complaints.Complaints.as_view()),
    path("my/<slug:public_id>/complaints/", complaints.MyComplaints.as_view()),
    path("my/<slug:public_id>/complaints/<slug:complaint_id>/", complaints.MyComplaint.as_view()),
    path("pilots/<slug:pilot_id>/complaint-days/", complaints.ComplaintDays.as_view()),
    path("pilots/<slug:pilot_id>/signposts/", signposts.SignpostsOfPilot.as_view()),
    path("my/<slug:public_id>/places/", signposts.MyPlaces.as_view()),
    path("enrolments/<slug:public_id>/safe-contact/", contact.SafeContacts.as_view()),
    path("my/<slug:public_id>/safe-contact/", contact.MySafeContact.as_view()),
    path("enrolments/<slug:public_id>/restricted-notes/", safeguarding.RestrictedNotes.as_view()),
]
