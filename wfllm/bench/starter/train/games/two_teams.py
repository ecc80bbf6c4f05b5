"""Split us into two teams. Ask for the players' names separated by commas, shuffle them, put every other one on red and the rest on blue, and show both teams."""
names = input("Players, separated by commas")
players = is_workflow_actions_text_split(text=names, WFTextSeparator="Custom", WFTextCustomSeparator=",")
shuffled = com_sindresorhus_Actions_ShuffleListIntent(list=players)
for Repeat_Index, Repeat_Item in enumerate(shuffled, start=1):
    rest = is_workflow_actions_math(WFInput=Repeat_Index, WFMathOperation="…", WFScientificMathOperation="Modulus", WFScientificMathOperand=2)
    if rest == 1:
        Red.append(Repeat_Item)
    else:
        Blue.append(Repeat_Item)
red = is_workflow_actions_text_combine(text=Red)
blue = is_workflow_actions_text_combine(text=Blue)
is_workflow_actions_showresult(Text=f"RED\n{red}\n\nBLUE\n{blue}")
