"""Before I jailbreak, walk me through a checklist: battery must be over 50 percent (stop with a warning if it isn't), low power mode gets turned off, then ask me yes or no for each of "Backup made", "Passcode off", "Enough free space" and "Updates off". List whatever I answered no to, or, if all is done, buzz, switch on Do Not Disturb and tell me this device (by its name) is ready."""
level = is_workflow_actions_getbatterylevel()
if level <= 50:
    is_workflow_actions_alert(WFAlertActionTitle="Charge first", WFAlertActionMessage=f"Only {level} %.", WFAlertActionCancelButtonShown=False)
    exit_shortcut()
is_workflow_actions_lowpowermode_set(OnValue=False)
steps = ["Backup made", "Passcode off", "Enough free space", "Updates off"]
Open = 0
for Repeat_Index, Repeat_Item in enumerate(steps, start=1):
    match menu(f"{Repeat_Index}. {Repeat_Item}?", ["Yes", "No"]):
        case "Yes":
            pass
        case "No":
            Open = is_workflow_actions_math(WFInput=Open, WFMathOperand=1)
            Todo.append(Repeat_Item)
if Open == 0:
    is_workflow_actions_vibrate(WFVibrateHapticType="Success")
    is_workflow_actions_dnd_set(Enabled=True)
    is_workflow_actions_showresult(Text=f"{device_details('Device Name')} is ready.")
else:
    todo_text = is_workflow_actions_text_combine(text=Todo)
    is_workflow_actions_showresult(Text=f"Still open:\n{todo_text}")
