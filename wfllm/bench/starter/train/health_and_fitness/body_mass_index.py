"""Compute my body mass index from my weight in kilos and my height in metres, rounded to one decimal, and say whether that is under 18.5 (underweight), between 18.5 and 25 (healthy) or above. Return the number so that other shortcuts can use it."""
weight = ask("Weight in kg", type="Number")
height = ask("Height in m", type="Number", default=1.75)
raw_index = is_workflow_actions_calculateexpression(Input=f"{weight}/{height}^2")
index = is_workflow_actions_round(WFInput=raw_index, WFRoundTo="Tenths")
if 18.5 <= index <= 25:
    healthy = "healthy"
    Word = healthy
else:
    if index < 18.5:
        under = "underweight"
        Word = under
    else:
        above = "above the healthy range"
        Word = above
is_workflow_actions_showresult(Text=f"{index}: {Word}")
output(index)
