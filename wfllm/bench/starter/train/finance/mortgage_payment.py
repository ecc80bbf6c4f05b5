"""What would a mortgage cost me? I give the loan, the yearly interest in percent and the term in years. Work out the monthly payment, handling a rate of zero too, plus the total interest over the whole term, and show both as currency. Offer to send the result to someone as a message."""
loan = ask("Loan amount", type="Number")
rate = ask("Yearly interest in %", type="Number")
years = ask("Term in years", type="Number", default=25)
months = is_workflow_actions_math(WFInput=years, WFMathOperation="×", WFMathOperand=12)
if rate == 0:
    If_Result = is_workflow_actions_math(WFInput=loan, WFMathOperation="÷", WFMathOperand=months)
else:
    If_Result = is_workflow_actions_calculateexpression(Input=f"{loan} * ({rate} / 1200) / (1 - (1 + {rate} / 1200) ^ (0 - {months}))")
payment = com_sindresorhus_Actions_FormatCurrencyIntent(amount=If_Result)
interest = is_workflow_actions_calculateexpression(Input=f"{If_Result} * {months} - {loan}")
total_interest = com_sindresorhus_Actions_FormatCurrencyIntent(amount=interest)
summary = f"{payment} a month for {years} years, {total_interest} interest in all."
match menu(f"{summary}", ["Send it", "Done"]):
    case "Send it":
        people = is_workflow_actions_selectcontacts()
        is_workflow_actions_sendmessage(WFSendMessageActionRecipients=people, WFSendMessageContent=summary)
    case "Done":
        output(summary)
