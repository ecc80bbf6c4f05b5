"""A small snippet library: greeting is "Dear {name},", meeting is "Shall we meet on {date}?", closing is "Kind regards, {me}". Let me choose one by its key. Fill in {name} by asking me, {date} with tomorrow's date in medium style and {me} with the name of this device, ask whether it should be copied, messaged to a contact or spelled in capitals and copied, and stop with a notice if I picked nothing."""
library = {"greeting": "Dear {name},", "meeting": "Shall we meet on {date}?", "closing": "Kind regards, {me}"}
key = is_workflow_actions_choosefromlist(WFInput=library.keys(), WFChooseFromListActionPrompt="Snippet")
if key:
    chosen = library[key]
    Snippet = chosen
else:
    is_workflow_actions_notification(WFNotificationActionBody="Nothing picked")
    exit_shortcut("Nothing picked")
if "{name}" in Snippet:
    name = input("Name?")
    with_name = is_workflow_actions_text_replace(WFInput=Snippet, WFReplaceTextFind="{name}", WFReplaceTextReplace=name)
    Snippet = with_name
if "{date}" in Snippet:
    tomorrow = is_workflow_actions_adjustdate(WFDate=current_date(), WFDuration=quantity(1, "days"))
    date = is_workflow_actions_format_date(WFDate=tomorrow, WFDateFormatStyle="Medium", WFTimeFormatStyle="None")
    with_date = is_workflow_actions_text_replace(WFInput=Snippet, WFReplaceTextFind="{date}", WFReplaceTextReplace=date)
    Snippet = with_date
if "{me}" in Snippet:
    with_me = is_workflow_actions_text_replace(WFInput=Snippet, WFReplaceTextFind="{me}", WFReplaceTextReplace=device_details("Device Name"))
    Snippet = with_me
match menu("What now?", ["Copy", "Message", "Capitals"]):
    case "Copy":
        is_workflow_actions_setclipboard(WFInput=Snippet)
    case "Message":
        contact = is_workflow_actions_selectcontacts()
        is_workflow_actions_sendmessage(WFSendMessageActionRecipients=contact, WFSendMessageContent=Snippet)
    case "Capitals":
        capitals = is_workflow_actions_text_changecase(text=Snippet, WFCaseType="UPPERCASE")
        is_workflow_actions_setclipboard(WFInput=capitals)
