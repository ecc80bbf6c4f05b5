"""Quiz me with my flashcards. The clipboard holds one card per line written as question=answer; ask me every question, say whether I was right (capitals do not matter), and show how many I got at the end."""
cards = is_workflow_actions_text_split(text=clipboard())
total = is_workflow_actions_count(Input=cards)
zero = 0
Score = zero
for Repeat_Index, Repeat_Item in enumerate(cards, start=1):
    card = is_workflow_actions_text_split(text=Repeat_Item, WFTextSeparator="Custom", WFTextCustomSeparator="=")
    question = is_workflow_actions_getitemfromlist(WFInput=card)
    answer = is_workflow_actions_getitemfromlist(WFInput=card, WFItemSpecifier="Last Item")
    reply = input(f"{question}")
    reply_lower = is_workflow_actions_text_changecase(text=reply, WFCaseType="lowercase")
    answer_lower = is_workflow_actions_text_changecase(text=answer, WFCaseType="lowercase")
    if reply_lower == answer_lower:
        new_score = is_workflow_actions_math(WFInput=Score, WFMathOperand=1)
        Score = new_score
        is_workflow_actions_speaktext(WFText="Correct")
    else:
        is_workflow_actions_alert(WFAlertActionTitle="Not quite", WFAlertActionMessage=f"{answer}", WFAlertActionCancelButtonShown=False)
is_workflow_actions_showresult(Text=f"{Score} of {total} correct")
