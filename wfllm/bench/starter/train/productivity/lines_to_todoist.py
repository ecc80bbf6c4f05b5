"""Every line on my clipboard should become a Todoist task due tomorrow; skip empty lines. Lines that start with an exclamation mark are urgent: drop the mark and give those priority 1."""
lines = is_workflow_actions_text_split(text=clipboard())
for Repeat_Index, Repeat_Item in enumerate(lines, start=1):
    if Repeat_Item != "":
        if Repeat_Item.startswith("!"):
            content = is_workflow_actions_text_replace(WFInput=Repeat_Item, WFReplaceTextFind="!", WFReplaceTextReplace="")
            com_todoist_ios_CreateTaskIntent(content=content, dueDate="tomorrow", priority="priority1")
        else:
            com_todoist_ios_CreateTaskIntent(content=Repeat_Item, dueDate="tomorrow")
