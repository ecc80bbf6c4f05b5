"""When does the holiday start again? Mine is on 2027-07-18. Tell me how many days are left, and make it festive with a buzz in the last week before, but not on the day itself or after."""
departure = is_workflow_actions_date(WFDateActionMode="Specified Date", WFDateActionDate="2027-07-18")
days = is_workflow_actions_gettimebetweendates(WFTimeUntilFromDate=current_date(), WFInput=departure, WFTimeUntilUnit="Days")
if days > 0 and days <= 7:
    is_workflow_actions_vibrate()
is_workflow_actions_showresult(Text=f"{days} days to go!")
