"""Work out my BMI from weight in kilos and height in centimetres, rounded to one decimal, and tell me if it is under 18.5, normal, or 25 and more."""
weight = ask("Weight in kg", type="Number")
height = ask("Height in cm", type="Number")
bmi = is_workflow_actions_calculateexpression(Input=f"{weight} / ({height} / 100) ^ 2")
rounded_bmi = is_workflow_actions_round(WFInput=bmi, WFRoundTo="Tenths")
if bmi < 18.5:
    is_workflow_actions_showresult(Text=f"{rounded_bmi}: underweight")
else:
    if bmi >= 25:
        is_workflow_actions_showresult(Text=f"{rounded_bmi}: overweight")
    else:
        is_workflow_actions_showresult(Text=f"{rounded_bmi}: normal")
