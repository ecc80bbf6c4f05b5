"""Write a year or any whole number below 4000 in Roman numerals. Reject numbers that are out of range. Go through the thirteen symbols from M (1000) over CM, D, CD and so on down to I, write each as often as it fits, and subtract it. Copy the result."""
number = ask("Number from 1 to 3999", type="Number")
if number < 1 or number > 3999:
    is_workflow_actions_alert(WFAlertActionMessage="Out of range.", WFAlertActionCancelButtonShown=False)
    exit_shortcut()
symbols = ["M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"]
values = [1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1]
Rest = number
Roman = ""
for Repeat_Index, Repeat_Item in enumerate(symbols, start=1):
    value = is_workflow_actions_getitemfromlist(WFInput=values, WFItemSpecifier="Item At Index", WFItemIndex=Repeat_Index)
    ratio = is_workflow_actions_math(WFInput=Rest, WFMathOperation="÷", WFMathOperand=value)
    times = is_workflow_actions_round(WFInput=ratio, WFRoundMode="Always Round Down")
    if times > 0:
        for Repeat_Index_2 in range(1, times + 1):
            Roman = f"{Roman}{Repeat_Item}"
            Rest = is_workflow_actions_math(WFInput=Rest, WFMathOperation="-", WFMathOperand=value)
is_workflow_actions_setclipboard(WFInput=Roman)
is_workflow_actions_showresult(Text=f"{number} = {Roman}")
