"""Take me to my next appointment today: look up where it is and start driving directions. If it has no place, just tell me so."""
event = is_workflow_actions_getupcomingevents(WFDateSpecifier="Today")
place = is_workflow_actions_properties_calendarevents(WFInput=event, WFContentItemPropertyName="Location")
if place:
    is_workflow_actions_getdirections(WFDestination=place)
else:
    is_workflow_actions_alert(WFAlertActionMessage="Your next event has no location.", WFAlertActionCancelButtonShown=False)
