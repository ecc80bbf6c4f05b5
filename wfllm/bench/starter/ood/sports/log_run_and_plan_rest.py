"""I'm back from my run. Ask for kilometres and minutes, log a Running workout in Health with both, and plan tomorrow in Structured: a rest day if I ran 15 km or more, otherwise "Easy run". Finally toot the distance from Ivory."""
kilometres = ask("Kilometres", type="Number")
minutes = ask("Minutes", type="Number")
is_workflow_actions_health_workout_log(WFWorkoutReadableActivityType="Running", WFWorkoutDuration=quantity(minutes, "min"), WFWorkoutDistanceQuantity=quantity(kilometres, "km"))
tomorrow = is_workflow_actions_adjustdate(WFDate=current_date(), WFDuration=quantity(1, "days"))
if kilometres >= 15:
    If_Result = "Rest day"
else:
    If_Result = "Easy run"
com_leomehlig_today_AddTaskIntent(title=If_Result, taskType="allDay", day=tomorrow)
com_tapbots_Ivory_PostStatusIntent(text=f"Ran {kilometres} km in {minutes} minutes.")
