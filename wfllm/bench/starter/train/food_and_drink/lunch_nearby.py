"""Find ramen places around me, let me choose one, and put an event "Lunch" with its name as the location in my calendar for today from noon to one. Tell me how long I'd walk there and start walking directions in Maps."""
here = is_workflow_actions_getcurrentlocation()
places = is_workflow_actions_searchlocalbusinesses(WFInput=here, WFSearchQuery="ramen")
place = is_workflow_actions_choosefromlist(WFInput=places, WFChooseFromListActionPrompt="Where to?")
is_workflow_actions_addnewevent(WFCalendarItemTitle="Lunch", WFCalendarItemLocation=get_property(place, "Name"), WFCalendarItemStartDate="Today at noon", WFCalendarItemEndDate="Today at 1pm")
walk = is_workflow_actions_gettraveltime(WFDestination=place, WFGetDirectionsActionMode="Walking")
is_workflow_actions_notification(WFNotificationActionTitle="Lunch", WFNotificationActionBody=f"{walk} on foot")
is_workflow_actions_getdirections(WFDestination=place, WFGetDirectionsActionMode="Walking")
