"""I dictate what I need from the shop, with the word and between the things; put every item on my Groceries list as its own reminder."""
spoken = is_workflow_actions_dictatetext()
items = is_workflow_actions_text_split(text=spoken, WFTextSeparator="Custom", WFTextCustomSeparator=" and ")
for Repeat_Index, Repeat_Item in enumerate(items, start=1):
    is_workflow_actions_addnewreminder(WFCalendarItemTitle=f"{Repeat_Item}", WFCalendarDescriptor="Groceries")
