"""Help me see what subscriptions cost me. Mine are Video 12.99, Music 9.99, Cloud 2.99 and News 7.50 a month. Tell me the sum first, then go through them, ask for each whether I keep it, and at the end show the monthly total of those I keep, the yearly total, and the names of the ones to cancel. If there are any to cancel, put a reminder in for each."""
prices = {"Video": 12.99, "Music": 9.99, "Cloud": 2.99, "News": 7.5}
names = prices.keys()
monthly_prices = prices.values()
current_total = is_workflow_actions_statistics(Input=monthly_prices, WFStatisticsOperation="Sum")
is_workflow_actions_notification(WFNotificationActionBody=f"Now {current_total} a month.")
Total = 0
for Repeat_Index, Repeat_Item in enumerate(names, start=1):
    price = prices[f"{Repeat_Item}"]
    match menu(f"Keep {Repeat_Item} for {price}?", ["Keep", "Cancel"]):
        case "Keep":
            Total = is_workflow_actions_math(WFInput=Total, WFMathOperand=price)
        case "Cancel":
            Cancelled.append(Repeat_Item)
            is_workflow_actions_addnewreminder(WFCalendarItemTitle=f"Cancel {Repeat_Item}")
yearly = is_workflow_actions_math(WFInput=Total, WFMathOperation="×", WFMathOperand=12)
if Cancelled:
    cancelled_text = is_workflow_actions_text_combine(text=Cancelled, WFTextSeparator="Custom", WFTextCustomSeparator=", ")
    If_Result = f"Cancel: {cancelled_text}"
else:
    If_Result = "Nothing to cancel."
is_workflow_actions_showresult(Text=f"{Total} a month, {yearly} a year.\n{If_Result}")
