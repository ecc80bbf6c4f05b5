"""How many days are left until our wedding on 14 June 2027? Show it as a notification."""
wedding = is_workflow_actions_date(WFDateActionMode="Specified Date", WFDateActionDate="14 June 2027")
days = is_workflow_actions_gettimebetweendates(WFTimeUntilFromDate=current_date(), WFInput=wedding, WFTimeUntilUnit="Days")
is_workflow_actions_notification(WFNotificationActionTitle="Wedding", WFNotificationActionBody=f"{days} days to go")
