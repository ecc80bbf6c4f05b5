"""Keep a wish list for me: add a wish with its price, show all wishes and what they cost together, or choose some to share with my family. Store it as lines like name;price in Wishes.txt, and tell me if the list is still empty."""
match menu("Wish list", ["Add", "Total", "Share"]):
    case "Add":
        wish = input("What do you wish for?")
        price = ask("Price", type="Number", default=0)
        is_workflow_actions_file_append(WFFilePath="Wishes.txt", WFInput=f"{wish};{price}")
    case "Total":
        file = is_workflow_actions_documentpicker_open(WFGetFilePath="Wishes.txt", WFFileErrorIfNotFound=False)
        if file:
            lines = is_workflow_actions_text_split(text=file)
            Repeat_Results = []
            for Repeat_Index, Repeat_Item in enumerate(lines, start=1):
                parts = is_workflow_actions_text_split(text=Repeat_Item, WFTextSeparator="Custom", WFTextCustomSeparator=";")
                cost = is_workflow_actions_getitemfromlist(WFInput=parts, WFItemSpecifier="Last Item")
                Repeat_Results.append(cost)
            total = is_workflow_actions_statistics(WFStatisticsOperation="Sum", Input=Repeat_Results)
            is_workflow_actions_showresult(Text=f"{file}\n\nAll together {total}")
        else:
            is_workflow_actions_alert(WFAlertActionMessage="No wishes yet.", WFAlertActionCancelButtonShown=False)
    case "Share":
        file_2 = is_workflow_actions_documentpicker_open(WFGetFilePath="Wishes.txt", WFFileErrorIfNotFound=False)
        lines_2 = is_workflow_actions_text_split(text=file_2)
        chosen = is_workflow_actions_choosefromlist(WFInput=lines_2, WFChooseFromListActionPrompt="Which wishes?", WFChooseFromListActionSelectMultiple=True)
        text = is_workflow_actions_text_combine(text=chosen)
        is_workflow_actions_share(WFInput=text)
