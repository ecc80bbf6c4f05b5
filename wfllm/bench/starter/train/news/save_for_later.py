"""From the share sheet: pick the first link out of whatever I share, expand it if it is shortened, and put it on my reading list. But if it's a video on youtube.com, add a reminder "Watch" with the link in the notes instead."""
links = is_workflow_actions_detect_link(WFInput=shortcut_input())
link = is_workflow_actions_getitemfromlist(WFInput=links)
long_link = is_workflow_actions_url_expand(URL=link)
host = is_workflow_actions_geturlcomponent(WFURL=long_link, WFURLComponent="Host")
if host.endswith("youtube.com"):
    is_workflow_actions_addnewreminder(WFCalendarItemTitle="Watch", WFCalendarItemNotes=long_link)
else:
    is_workflow_actions_readinglist(WFURL=long_link)
is_workflow_actions_notification(WFNotificationActionTitle="Saved", WFNotificationActionBody=long_link)
