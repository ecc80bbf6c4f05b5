"""Before I sleep: warn me and stop there if the phone has less than 20 percent and is not charging. Otherwise say how many reminders are still open, turn Bluetooth off, dim the screen to a tenth and run my shortcut Lights Out."""
level = is_workflow_actions_getbatterylevel()
charging = is_workflow_actions_getbatterylevel(Subject="Is Charging")
if level < 20 and charging == 0:
    is_workflow_actions_alert(WFAlertActionMessage="Plug the phone in first.", WFAlertActionCancelButtonShown=False)
    exit_shortcut("Not charged")
open_tasks = is_workflow_actions_filter_reminders(WFContentItemFilter=all_of(rule("Is Completed", "is", Bool=False)))
left = is_workflow_actions_count(Input=open_tasks)
is_workflow_actions_speaktext(WFText=f"{left} reminders left for tomorrow")
is_workflow_actions_bluetooth_set(OnValue=False)
is_workflow_actions_setbrightness(WFBrightness=0.1)
run_shortcut("Lights Out", level)
