"""Help me note homework: let me pick Maths, History or Biology, type what to do and when it is due, then put a reminder on my School list that alerts me the day before. History tasks are high priority."""
match menu("Which subject?", ["Maths", "History", "Biology"]):
    case "Maths":
        maths = "Maths"
        Menu_Result = maths
    case "History":
        history = "History"
        Menu_Result = history
    case "Biology":
        biology = "Biology"
        Menu_Result = biology
Subject = Menu_Result
task = input("What is the homework?")
due = ask("Due when?", type="Date")
warning = is_workflow_actions_adjustdate(WFDate=due, WFAdjustOperation="Subtract", WFDuration=quantity(1, "days"))
if Subject == "History":
    is_workflow_actions_addnewreminder(WFCalendarItemTitle=f"{Subject}: {task}", WFCalendarDescriptor="School", WFAlertEnabled="Alert", WFAlertCustomTime=warning, WFPriority="High")
else:
    is_workflow_actions_addnewreminder(WFCalendarItemTitle=f"{Subject}: {task}", WFCalendarDescriptor="School", WFAlertEnabled="Alert", WFAlertCustomTime=warning)
