"""How far is that in kilometres? I enter miles, you convert and speak the answer."""
miles = ask("Miles", type="Number")
distance = is_workflow_actions_measurement_create(WFMeasurementUnit={"Unit": "mi", "Magnitude": miles})
kilometres = is_workflow_actions_measurement_convert(WFInput=distance, WFMeasurementUnit={"WFNSUnitType": "Length", "WFNSUnitSymbol": "km"})
is_workflow_actions_speaktext(WFText=f"{miles} miles are {kilometres}.")
