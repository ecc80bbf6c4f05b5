"""Rock, paper, scissors against the phone: the child picks a hand from a menu, the phone picks one at random, and the phone says who won, until three rounds are played. Count the child's wins, and if there are two or more show a fanfare alert, otherwise ask for a rematch and run Rock Paper Scissors again."""
hands = ["Rock", "Paper", "Scissors"]
zero = 0
Wins = zero
for Repeat_Index in range(1, 4):
    phone = is_workflow_actions_getitemfromlist(WFInput=hands, WFItemSpecifier="Random Item")
    match menu("Your hand", ["Rock", "Paper", "Scissors"]):
        case "Rock":
            beats_scissors = "Scissors"
            Beaten = beats_scissors
            rock = "Rock"
            Mine = rock
        case "Paper":
            beats_rock = "Rock"
            Beaten = beats_rock
            paper = "Paper"
            Mine = paper
        case "Scissors":
            beats_paper = "Paper"
            Beaten = beats_paper
            scissors = "Scissors"
            Mine = scissors
    is_workflow_actions_speaktext(WFText=f"I have {phone}")
    if phone == Beaten:
        more = is_workflow_actions_math(WFInput=Wins, WFMathOperand=1)
        Wins = more
        is_workflow_actions_speaktext(WFText="You win")
    else:
        if phone == Mine:
            is_workflow_actions_speaktext(WFText="A draw")
        else:
            is_workflow_actions_speaktext(WFText="I win")
if Wins >= 2:
    is_workflow_actions_alert(WFAlertActionTitle="🎉 Champion", WFAlertActionMessage=f"{Wins} wins!", WFAlertActionCancelButtonShown=False)
else:
    is_workflow_actions_alert(WFAlertActionTitle="Rematch?", WFAlertActionMessage="Play again?")
    run_shortcut("Rock Paper Scissors", Wins)
