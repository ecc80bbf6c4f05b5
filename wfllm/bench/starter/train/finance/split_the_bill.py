"""We are out for dinner and I have to do the maths. Ask for the bill and for how many people are paying, let me pick a tip of 10, 15 or 20 percent from a menu, and show what each person owes, rounded up to the cent."""
bill = ask("How much is the bill?", type="Number")
people = ask("How many people?", type="Number", default=2)
match menu("Tip", ["10 %", "15 %", "20 %"]):
    case "10 %":
        Menu_Result = 1.1
    case "15 %":
        Menu_Result = 1.15
    case "20 %":
        Menu_Result = 1.2
total = is_workflow_actions_math(WFInput=bill, WFMathOperation="×", WFMathOperand=Menu_Result)
share = is_workflow_actions_math(WFInput=total, WFMathOperation="÷", WFMathOperand=people)
rounded_share = is_workflow_actions_round(WFInput=share, WFRoundTo="Hundredths", WFRoundMode="Always Round Up")
is_workflow_actions_showresult(Text=f"Each person pays {rounded_share}.")
