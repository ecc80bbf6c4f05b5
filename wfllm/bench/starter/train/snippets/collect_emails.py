"""Find all email addresses in the text I share, leave out those at example.com, remove duplicates, copy them separated by commas, and tell me how many there were."""
matches = is_workflow_actions_text_match(text=shortcut_input(), WFMatchTextPattern="[\\w.+-]+@[\\w-]+\\.[\\w.]+", WFMatchTextCaseSensitive=False)
for Repeat_Index, Repeat_Item in enumerate(matches, start=1):
    if Repeat_Item.endswith("@example.com"):
        pass
    else:
        Addresses.append(Repeat_Item)
unique = com_sindresorhus_Actions_RemoveDuplicatesFromListIntent(list=Addresses)
joined = is_workflow_actions_text_combine(text=unique, WFTextSeparator="Custom", WFTextCustomSeparator=", ")
is_workflow_actions_setclipboard(WFInput=joined)
number = is_workflow_actions_count(Input=unique)
is_workflow_actions_showresult(Text=f"{number} addresses copied")
