"""How long until I can afford it? Ask what I want to save in total, what I already have and what I put aside each month, then tell me the number of months, rounded up."""
goal = ask("Goal", type="Number")
saved = ask("Saved so far", type="Number", default=0)
monthly = ask("Saved each month", type="Number")
months = is_workflow_actions_calculateexpression(Input=f"({goal} - {saved}) / {monthly}")
whole_months = is_workflow_actions_round(WFInput=months, WFRoundMode="Always Round Up")
is_workflow_actions_alert(WFAlertActionTitle="Savings", WFAlertActionMessage=f"{whole_months} months to go.")
