"""Count the days until my holiday on 14 July 2027 and push it to my phone with Pushcut, using the notification called Countdown."""
holiday = is_workflow_actions_date(WFDateActionMode="Specified Date", WFDateActionDate="14 July 2027")
days = is_workflow_actions_gettimebetweendates(WFTimeUntilFromDate=current_date(), WFInput=holiday, WFTimeUntilUnit="Days")
io_pushcut_Pushcut_SendNotificationIntent(notification="Countdown", title="Holiday", text=f"{days} days to go")
