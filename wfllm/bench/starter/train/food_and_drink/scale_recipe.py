"""Scale a recipe for me. I've copied the ingredients, one per line, each starting with an amount such as "200 g flour". Ask how many people the recipe serves and how many I'm cooking for, multiply every amount accordingly, round to one decimal, leave lines without a number alone, then copy the new list and show it."""
serves = ask("How many does it serve?", type="Number", default=4)
guests = ask("How many are you?", type="Number", default=2)
factor = is_workflow_actions_math(WFInput=guests, WFMathOperation="÷", WFMathOperand=serves)
lines = is_workflow_actions_text_split(text=clipboard())
Repeat_Results = []
for Repeat_Index, Repeat_Item in enumerate(lines, start=1):
    numbers = is_workflow_actions_detect_number(WFInput=Repeat_Item)
    if numbers:
        amount = is_workflow_actions_getitemfromlist(WFInput=numbers)
        scaled = is_workflow_actions_math(WFInput=amount, WFMathOperation="×", WFMathOperand=factor)
        rounded = is_workflow_actions_round(WFInput=scaled, WFRoundTo="Tenths")
        line = is_workflow_actions_text_replace(WFInput=Repeat_Item, WFReplaceTextFind="^[0-9.]+", WFReplaceTextReplace=rounded, WFReplaceTextRegularExpression=True)
        If_Result = line
    else:
        If_Result = Repeat_Item
    Repeat_Results.append(If_Result)
ingredients = is_workflow_actions_text_combine(text=Repeat_Results)
is_workflow_actions_setclipboard(WFInput=ingredients)
is_workflow_actions_showresult(Text=ingredients)
