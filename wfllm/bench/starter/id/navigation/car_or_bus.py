"""Should I drive to the office at 5 Harbour Street or take public transport? Compare both travel times and open directions for the quicker one."""
office = "5 Harbour Street"
by_car = is_workflow_actions_gettraveltime(WFDestination=office)
by_bus = is_workflow_actions_gettraveltime(WFDestination=office, WFGetDirectionsActionMode="Transit")
if by_car < by_bus:
    is_workflow_actions_getdirections(WFDestination=office)
else:
    is_workflow_actions_getdirections(WFDestination=office, WFGetDirectionsActionMode="Transit")
