"""Be the scoreboard for a match of two teams. Ask for the names and the number of rounds. In each round I tap who scored: home one, home three, away one, away three or nobody; show the standing as a notification after every round. In the end announce the winner aloud, or the draw, append the result with the date to Sports/results.csv, and offer to post it on Mastodon."""
home = ask("Home team", default="Home")
away = ask("Away team", default="Away")
rounds = ask("Rounds", type="Number", default=10)
Home_Score = 0
Away_Score = 0
for Repeat_Index in range(1, rounds + 1):
    match menu(f"Round {Repeat_Index}", ["Home 1", "Home 3", "Away 1", "Away 3", "Nobody"]):
        case "Home 1":
            Home_Score = is_workflow_actions_math(WFInput=Home_Score, WFMathOperand=1)
        case "Home 3":
            Home_Score = is_workflow_actions_math(WFInput=Home_Score, WFMathOperand=3)
        case "Away 1":
            Away_Score = is_workflow_actions_math(WFInput=Away_Score, WFMathOperand=1)
        case "Away 3":
            Away_Score = is_workflow_actions_math(WFInput=Away_Score, WFMathOperand=3)
        case "Nobody":
            pass
    is_workflow_actions_notification(WFNotificationActionTitle=f"Round {Repeat_Index}", WFNotificationActionBody=f"{Home_Score} : {Away_Score}", WFNotificationActionSound=False)
if Home_Score == Away_Score:
    If_Result = "It's a draw"
else:
    if Home_Score > Away_Score:
        If_Result_2 = f"{home} wins"
    else:
        If_Result_2 = f"{away} wins"
    If_Result = If_Result_2
result = f"{If_Result}, {Home_Score} to {Away_Score}."
is_workflow_actions_speaktext(WFText=result)
day = is_workflow_actions_format_date(WFDate=current_date(), WFDateFormatStyle="Custom", WFDateFormat="yyyy-MM-dd")
is_workflow_actions_file_append(WFInput=f"{day},{home},{away},{Home_Score},{Away_Score}", WFFilePath="Sports/results.csv")
match menu("Post the result?", ["Post", "No"]):
    case "Post":
        org_joinmastodon_app_SendPostIntent(content=f"{home} - {away}: {result}")
    case "No":
        pass
