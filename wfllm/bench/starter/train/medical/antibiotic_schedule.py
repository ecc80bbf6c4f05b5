"""The doctor prescribed antibiotics. I tell you the name, the first dose's time, how many doses and how many hours apart. Make a reminder with an alert for every dose, numbered, and show me when the last one is."""
medicine = input("Medicine")
first_dose = ask("First dose", type="Date and Time")
doses = ask("How many doses?", type="Number")
gap = ask("Hours between doses", type="Number", default=8)
Time = first_dose
for Repeat_Index in range(1, doses + 1):
    is_workflow_actions_addnewreminder(WFCalendarItemTitle=f"{medicine} {Repeat_Index}/{doses}", WFAlertEnabled="Alert", WFAlertCustomTime=Time)
    Last = Time
    Time = is_workflow_actions_adjustdate(WFDate=Time, WFDuration=quantity(gap, "hr"))
is_workflow_actions_showresult(Text=f"Last dose: {Last}")
