"""While I hike, write my position as a map link with the time into Trail.txt, once every 10 minutes, six times, and let me know when you stop."""
for Repeat_Index in range(1, 7):
    here = is_workflow_actions_getcurrentlocation()
    link = is_workflow_actions_getmapslink(WFInput=here)
    is_workflow_actions_file_append(WFFilePath="Trail.txt", WFInput=f"{format_date(current_date(), WFDateFormatStyle='None', WFTimeFormatStyle='Short')} {link}")
    is_workflow_actions_delay(WFDelayTime=600)
is_workflow_actions_notification(WFNotificationActionBody="Trail log finished")
