"""Morning weigh-in: ask my weight in kilos and save it to Health. If it is over my goal of 72, tell me how much there is to go; if not, congratulate me."""
weight = ask("Weight in kg", type="Number")
is_workflow_actions_health_quantity_log(WFQuantitySampleType="Weight", WFQuantitySampleQuantity=quantity(weight, "kg"))
if weight > 72:
    rest = is_workflow_actions_math(WFInput=weight, WFMathOperation="-", WFMathOperand=72)
    is_workflow_actions_showresult(Text=f"{rest} kg to go")
else:
    is_workflow_actions_showresult(Text="Goal reached, well done!")
