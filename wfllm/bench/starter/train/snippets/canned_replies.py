"""Give me a menu of stock answers: "Thanks" (Thank you so much!), "Later" (I'll get back to you this afternoon.), "Address" (my current location as a Maps link), "Today" (the date in long form). Whatever I choose goes to the clipboard."""
match menu("Which reply?", ["Thanks", "Later", "Address", "Today"]):
    case "Thanks":
        Menu_Result = "Thank you so much!"
    case "Later":
        Menu_Result = "I'll get back to you this afternoon."
    case "Address":
        here = is_workflow_actions_getcurrentlocation()
        link = is_workflow_actions_getmapslink(WFInput=here)
        Menu_Result = link
    case "Today":
        today = is_workflow_actions_format_date(WFDate=current_date(), WFDateFormatStyle="Long", WFTimeFormatStyle="None")
        Menu_Result = today
is_workflow_actions_setclipboard(WFInput=Menu_Result)
