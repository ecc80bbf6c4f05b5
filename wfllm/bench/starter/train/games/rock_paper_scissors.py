"""Best of five rock, paper, scissors against the phone. In every round I choose from a list, the phone chooses at random, and we see who wins: rock beats scissors, scissors beat paper, paper beats rock. Keep both scores, show the round's outcome as an alert, and at the end announce who won overall or that it's a draw."""
beats = {"Rock": "Scissors", "Scissors": "Paper", "Paper": "Rock"}
zero = 0
Mine = zero
Yours = zero
for Repeat_Index in range(1, 5 + 1):
    me = is_workflow_actions_choosefromlist(WFInput=beats.keys(), WFChooseFromListActionPrompt=f"Round {Repeat_Index}")
    phone = is_workflow_actions_getitemfromlist(WFInput=beats.keys(), WFItemSpecifier="Random Item")
    victim = beats[me]
    if me == phone:
        If_Result = "A tie"
    else:
        if victim == phone:
            more = is_workflow_actions_math(WFInput=Mine, WFMathOperand=1)
            Mine = more
            If_Result_2 = "Your point"
        else:
            extra = is_workflow_actions_math(WFInput=Yours, WFMathOperand=1)
            Yours = extra
            If_Result_2 = "My point"
        If_Result = If_Result_2
    is_workflow_actions_alert(WFAlertActionTitle=If_Result, WFAlertActionMessage=f"{me} against {phone}")
if Mine > Yours:
    is_workflow_actions_showresult(Text=f"You win {Mine} to {Yours}!")
else:
    if Mine == Yours:
        is_workflow_actions_showresult(Text="A draw!")
    else:
        is_workflow_actions_showresult(Text=f"I win {Yours} to {Mine}!")
