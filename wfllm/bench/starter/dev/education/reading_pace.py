"""How long will my book take? Ask how many pages are left and how many I read a day, then tell me the number of days, rounded up, and the date I will finish."""
pages = ask("Pages left", type="Number")
pace = ask("Pages a day", type="Number", default=20)
days = is_workflow_actions_math(WFInput=pages, WFMathOperation="÷", WFMathOperand=pace)
whole_days = is_workflow_actions_round(WFInput=days, WFRoundMode="Always Round Up")
finish = is_workflow_actions_adjustdate(WFDate=current_date(), WFDuration=quantity(whole_days, "days"))
finish_text = is_workflow_actions_format_date(WFDate=finish, WFDateFormatStyle="Long", WFTimeFormatStyle="None")
is_workflow_actions_showresult(Text=f"{whole_days} days, done on {finish_text}")
