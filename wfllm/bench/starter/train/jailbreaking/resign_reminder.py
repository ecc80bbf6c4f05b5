"""My sideloaded apps expire after seven days. Whenever I run this, remind me in six days at this hour to re-sign them, with high priority, and tell me which day that is."""
due = is_workflow_actions_adjustdate(WFDate=current_date(), WFDuration=quantity(6, "days"))
is_workflow_actions_addnewreminder(WFCalendarItemTitle="Re-sign sideloaded apps", WFAlertEnabled="Alert", WFAlertCustomTime=due, WFPriority="High")
weekday = is_workflow_actions_format_date(WFDate=due, WFDateFormatStyle="Custom", WFDateFormat="EEEE")
is_workflow_actions_notification(WFNotificationActionBody=f"Re-sign by {weekday}.")
