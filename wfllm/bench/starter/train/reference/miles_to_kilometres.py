"""How far is that in kilometres? Convert the miles on my clipboard, or ask me if there is no number on it, and speak the answer."""
copied = is_workflow_actions_detect_number(WFInput=clipboard())
if copied:
    If_Result = copied
else:
    If_Result = ask("Miles", type="Number")
distance = is_workflow_actions_measurement_create(WFMeasurementUnit=quantity(If_Result, "mi"))
kilometres = is_workflow_actions_measurement_convert(WFInput=distance, WFMeasurementUnit=dict(WFNSUnitType="Length", WFNSUnitSymbol="km"))
is_workflow_actions_speaktext(WFText=f"{If_Result} miles are {kilometres}.")
