"""I just came back from a run. Ask for the minutes and for the place I ran to, measure how far that is on foot in kilometres, record the run with that distance as a workout, and put a 20 minute stretching task into Structured for today."""
minutes = ask("Minutes", type="Number", default=30)
turn = input("Where did you run to?")
distance = is_workflow_actions_getdistance(WFGetDistanceDestination=turn, WFGetDirectionsActionMode="Walking", WFDistanceUnit="Kilometers")
is_workflow_actions_health_workout_log(WFWorkoutReadableActivityType="Running", WFWorkoutDate=current_date(), WFWorkoutDuration=quantity(minutes, "min"), WFWorkoutDistanceQuantity=quantity(distance, "km"))
com_leomehlig_today_AddTaskIntent(title="Stretching", day=current_date(), duration=quantity(20, "min"))
is_workflow_actions_notification(WFNotificationActionBody=f"Run of {distance} km saved")
