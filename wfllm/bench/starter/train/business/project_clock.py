"""One button for my time tracking in Timery: I choose start, stop or check. Start asks for the project and what I'm doing and begins a billable entry plus a 50 minute timer, stop ends the running one rounded up to a quarter of an hour, check just shows what's running."""
match menu("Time tracking", ["Start", "Stop", "Check"]):
    case "Start":
        project = input("Project")
        task = input("What are you doing?")
        com_joehribar_toggl_StartTimeEntryIntent(project=project, timeEntryDescription=task, billable=True)
        is_workflow_actions_timer_start(WFDuration=quantity(50, "min"))
    case "Stop":
        stopped = com_joehribar_toggl_StopTimeEntryIntent(stopTimeMode="roundDuration", roundingInterval="min15")
        is_workflow_actions_notification(WFNotificationActionTitle="Stopped", WFNotificationActionBody=stopped)
    case "Check":
        running = com_joehribar_toggl_CheckTimeEntryIntent()
        is_workflow_actions_showresult(Text=running)
