"""Make me a home screen button that reads the battery. Below 20 percent and not charging it should switch on Low Power Mode and warn me, otherwise just show me the level."""
level = is_workflow_actions_getbatterylevel()
charging = is_workflow_actions_getbatterylevel(Subject="Is Charging")
if level < 20 and charging == False:
    is_workflow_actions_lowpowermode_set(OnValue=True)
    is_workflow_actions_notification(WFNotificationActionTitle="Low battery", WFNotificationActionBody=f"{level}% left")
else:
    is_workflow_actions_showresult(Text=f"Battery: {level}%")
