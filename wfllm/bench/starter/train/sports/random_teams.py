"""Split us into two fair teams. I type the players separated by commas; shuffle them, deal them out alternately to Red and Blue, show both line-ups and let a random pick decide who kicks off. With fewer than two players, just complain."""
answer = input("Players, separated by commas")
players = is_workflow_actions_text_split(text=answer, WFTextSeparator="Custom", WFTextCustomSeparator=",")
player_count = is_workflow_actions_count(Input=players)
if player_count < 2:
    is_workflow_actions_alert(WFAlertActionMessage="I need at least two players.", WFAlertActionCancelButtonShown=False)
    exit_shortcut()
shuffled = com_sindresorhus_Actions_ShuffleListIntent(list=players)
for Repeat_Index, Repeat_Item in enumerate(shuffled, start=1):
    player = com_sindresorhus_Actions_TrimWhitespaceIntent(text=Repeat_Item)
    parity = is_workflow_actions_math(WFInput=Repeat_Index, WFMathOperation="…", WFScientificMathOperation="Modulus", WFScientificMathOperand=2)
    if parity == 1:
        Red.append(player)
    else:
        Blue.append(player)
red_team = is_workflow_actions_text_combine(text=Red)
blue_team = is_workflow_actions_text_combine(text=Blue)
sides = ["Red", "Blue"]
kick_off = is_workflow_actions_getitemfromlist(WFInput=sides, WFItemSpecifier="Random Item")
is_workflow_actions_showresult(Text=f"Red\n{red_team}\n\nBlue\n{blue_team}\n\n{kick_off} kicks off.")
