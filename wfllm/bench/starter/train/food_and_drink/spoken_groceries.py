"""Let me say my shopping out loud, like "milk and eggs and two lemons". Put each item as its own reminder on the Groceries list and say how many were added."""
speech = is_workflow_actions_dictatetext()
items = is_workflow_actions_text_split(text=speech, WFTextSeparator="Custom", WFTextCustomSeparator=" and ")
for Repeat_Index, Repeat_Item in enumerate(items, start=1):
    name = is_workflow_actions_text_changecase(text=Repeat_Item, WFCaseType="Capitalize with sentence case")
    is_workflow_actions_addnewreminder(WFCalendarItemTitle=name, WFCalendarDescriptor="Groceries")
number = is_workflow_actions_count(Input=items)
is_workflow_actions_speaktext(WFText=f"Added {number} items.")
