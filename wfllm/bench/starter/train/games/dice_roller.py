"""Roll dice for our role-playing game. I type something like 3d6 (three dice with six sides), the phone rolls every die, buzzes and shows the single rolls and their sum. If I typed nonsense, say "Write it like 3d6"."""
notation = ask("Roll?", default="1d20")
matches = is_workflow_actions_text_match(text=notation, WFMatchTextPattern="(\\d+)d(\\d+)")
if matches:
    dice = is_workflow_actions_text_match_getgroup(matches=matches, WFGroupIndex=1)
    sides = is_workflow_actions_text_match_getgroup(matches=matches, WFGroupIndex=2)
    number = coerce(dice, "WFNumberContentItem")
    for Repeat_Index in range(1, number + 1):
        roll = is_workflow_actions_number_random(WFRandomNumberMinimum=1, WFRandomNumberMaximum=sides)
        Rolls.append(roll)
    total = is_workflow_actions_statistics(Input=Rolls, WFStatisticsOperation="Sum")
    rolls_text = is_workflow_actions_text_combine(text=Rolls, WFTextSeparator="Custom", WFTextCustomSeparator=" + ")
    is_workflow_actions_vibrate()
    is_workflow_actions_showresult(Text=f"{rolls_text} = {total}")
else:
    is_workflow_actions_showresult(Text="Write it like 3d6")
