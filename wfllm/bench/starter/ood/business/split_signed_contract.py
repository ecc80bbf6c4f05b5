"""Our scanner makes one big PDF. Take the file I share, split it into pages, and hand each page over on its own: name the first one Contract, every other Annex with its number, and airdrop the lot. Then plan "File the contract" as an all-day job for today in Structured."""
pages = is_workflow_actions_splitpdf(WFInput=shortcut_input())
Repeat_Results = []
for Repeat_Index, Repeat_Item in enumerate(pages, start=1):
    if Repeat_Index == 1:
        If_Result = "Contract"
    else:
        annex = is_workflow_actions_math(WFInput=Repeat_Index, WFMathOperation="-", WFMathOperand=1)
        If_Result = f"Annex {annex}"
    page = is_workflow_actions_setitemname(WFInput=Repeat_Item, WFName=If_Result)
    Repeat_Results.append(page)
is_workflow_actions_airdropdocument(WFInput=Repeat_Results)
com_leomehlig_today_AddTaskIntent(title="File the contract", taskType="allDay", day=current_date())
