"""Ask who I need to get back to and in how many days, then make a high priority reminder with an alert at that time."""
name = input("Follow up with whom?")
days = ask("In how many days?", type="Number", default=3)
due = is_workflow_actions_adjustdate(WFDate=current_date(), WFDuration=quantity(days, "days"))
is_workflow_actions_addnewreminder(WFCalendarItemTitle=f"Follow up with {name}", WFAlertEnabled="Alert", WFAlertCustomTime=due, WFPriority="High")
