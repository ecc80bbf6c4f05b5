"""I lose track of my tweaks. Keep them in Jailbreak/tweaks.txt, one per line, and give me a menu: add a tweak (name and where it came from), see the list sorted without duplicates, remove one I pick from the list, back the file up as a zip with the iOS version and today's date in the name, or share the list. Say so when there are no tweaks yet."""
file = is_workflow_actions_documentpicker_open(WFGetFilePath="Jailbreak/tweaks.txt", WFFileErrorIfNotFound=False)
match menu("Tweaks", ["Add", "Show", "Remove", "Back up", "Share"]):
    case "Add":
        name = input("Name of the tweak")
        origin = input("From which source?")
        is_workflow_actions_file_append(WFInput=f"{name} ({origin})", WFFilePath="Jailbreak/tweaks.txt")
        exit_shortcut(name)
    case "Show":
        if file:
            unique = com_sindresorhus_Actions_RemoveDuplicateLinesIntent(text=f"{file}")
            rows = is_workflow_actions_text_split(text=unique)
            sorted_rows = com_sindresorhus_Actions_SortListIntent(list=rows)
            is_workflow_actions_choosefromlist(WFInput=sorted_rows, WFChooseFromListActionPrompt="Installed")
        else:
            is_workflow_actions_alert(WFAlertActionMessage="No tweaks yet.", WFAlertActionCancelButtonShown=False)
    case "Remove":
        rows = is_workflow_actions_text_split(text=f"{file}")
        victim = is_workflow_actions_choosefromlist(WFInput=rows, WFChooseFromListActionPrompt="Remove which?")
        for Repeat_Index, Repeat_Item in enumerate(rows, start=1):
            if Repeat_Item != victim:
                Kept.append(Repeat_Item)
        kept_text = is_workflow_actions_text_combine(text=Kept)
        is_workflow_actions_documentpicker_save(WFInput=kept_text, WFAskWhereToSave=False, WFFileDestinationPath="Jailbreak/tweaks.txt", WFSaveFileOverwrite=True)
    case "Back up":
        day = is_workflow_actions_format_date(WFDate=current_date(), WFDateFormatStyle="Custom", WFDateFormat="yyyy-MM-dd")
        version = is_workflow_actions_getdevicedetails(WFDeviceDetail="System Version")
        archive = is_workflow_actions_makezip(WFInput=file, WFZIPName=f"tweaks {version} {day}")
        is_workflow_actions_documentpicker_save(WFInput=archive)
    case "Share":
        is_workflow_actions_share(WFInput=file)
