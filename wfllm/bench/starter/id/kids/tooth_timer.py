"""Brush teeth with us: say upper left, upper right, lower left, lower right, thirty seconds each, then buzz and say all clean."""
corners = ["Upper left", "Upper right", "Lower left", "Lower right"]
for Repeat_Index, Repeat_Item in enumerate(corners, start=1):
    is_workflow_actions_speaktext(WFText=f"{Repeat_Item}")
    is_workflow_actions_delay(WFDelayTime=30)
is_workflow_actions_vibrate()
is_workflow_actions_speaktext(WFText="All clean!")
