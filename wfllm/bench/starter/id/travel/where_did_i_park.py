"""Remember my parking spot. Save a map link to where I am right now in Parking/spot.txt, replacing the old one, set a reminder for two hours from now and confirm."""
here = is_workflow_actions_getcurrentlocation()
link = is_workflow_actions_getmapslink(WFInput=here)
is_workflow_actions_documentpicker_save(WFInput=link, WFAskWhereToSave=False, WFFileDestinationPath="Parking/spot.txt", WFSaveFileOverwrite=True)
end = is_workflow_actions_adjustdate(WFDate=current_date(), WFDuration=quantity(2, "hr"))
is_workflow_actions_addnewreminder(WFCalendarItemTitle="Parking ends", WFAlertEnabled="Alert", WFAlertCustomTime=end)
is_workflow_actions_notification(WFNotificationActionBody="Spot saved.")
