"""American recipes confuse me. Ask for the oven temperature in Fahrenheit, work out Celsius, round it to the nearest ten and read it out."""
fahrenheit = ask("Fahrenheit?", type="Number", default=350)
celsius = is_workflow_actions_calculateexpression(Input=f"({fahrenheit} - 32) / 1.8")
rounded = is_workflow_actions_round(WFInput=celsius, WFRoundTo="Tens Place")
is_workflow_actions_speaktext(WFText=f"Set the oven to {rounded} degrees")
