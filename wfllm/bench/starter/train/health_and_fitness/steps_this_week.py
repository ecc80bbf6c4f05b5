"""How did I do with walking? Take my steps of the last 7 days, one number a day, and show the average and the best day. If the average is below 8000, remind me at 18:00 today to take a walk."""
days = is_workflow_actions_filter_health_quantity(WFContentItemFilter=all_of(rule("Type", "is", Enumeration="Steps"), rule("Start Date", "in the last", Number=7, Unit=16)), WFHKSampleFilteringGroupBy="Day")
average = is_workflow_actions_statistics(Input=days)
best = is_workflow_actions_statistics(WFStatisticsOperation="Maximum", Input=days)
mean_steps = is_workflow_actions_round(WFInput=average)
is_workflow_actions_showresult(Text=f"Average {mean_steps}, best {best}")
if mean_steps < 8000:
    is_workflow_actions_addnewreminder(WFCalendarItemTitle="Take a walk", WFAlertEnabled="Alert", WFAlertCustomTime="18:00")
