"""Before I pay: I enter the prices in my basket with spaces between them and my budget. Tell me how much is left, or by how much I am over, and vibrate in the second case."""
basket = input("Prices")
budget = ask("Budget", type="Number", default=50)
prices = is_workflow_actions_text_split(text=basket, WFTextSeparator="Spaces")
total = is_workflow_actions_statistics(WFStatisticsOperation="Sum", Input=prices)
rest = is_workflow_actions_math(WFInput=budget, WFMathOperation="-", WFMathOperand=total)
if rest < 0:
    over = is_workflow_actions_math(WFInput=rest, WFMathOperation="×", WFMathOperand=-1)
    is_workflow_actions_vibrate()
    is_workflow_actions_showresult(Text=f"Over budget by {over}")
else:
    is_workflow_actions_showresult(Text=f"{rest} left")
