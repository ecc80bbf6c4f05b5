"""Convert an amount between currencies. I'd like to choose the source and the target from EUR, USD, GBP, JPY and CHF, use the free rates at api.frankfurter.dev/v1/latest?base=…&symbols=…, and copy the result with two decimals."""
amount = ask("Amount", type="Number")
currencies = ["EUR", "USD", "GBP", "JPY", "CHF"]
source = is_workflow_actions_choosefromlist(WFInput=currencies, WFChooseFromListActionPrompt="From")
target = is_workflow_actions_choosefromlist(WFInput=currencies, WFChooseFromListActionPrompt="To")
if source == target:
    exit_shortcut(amount)
answer = is_workflow_actions_downloadurl(WFURL=f"https://api.frankfurter.dev/v1/latest?base={source}&symbols={target}")
rates = answer["rates"]
rate = rates[f"{target}"]
converted = is_workflow_actions_math(WFInput=amount, WFMathOperation="×", WFMathOperand=rate)
formatted = is_workflow_actions_format_number(WFNumber=converted)
is_workflow_actions_setclipboard(WFInput=formatted)
is_workflow_actions_showresult(Text=f"{amount} {source} = {formatted} {target}")
