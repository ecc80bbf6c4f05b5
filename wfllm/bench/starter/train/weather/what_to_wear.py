"""Tell me how to dress. Look at how warm it feels: under 8 degrees means a winter coat, 8 to 17 a jacket, anything warmer a T-shirt. If the UV index is above 5, add that I need sunscreen."""
weather = is_workflow_actions_weather_currentconditions()
feels = is_workflow_actions_properties_weather_conditions(WFInput=weather, WFContentItemPropertyName="Feels Like")
uv = is_workflow_actions_properties_weather_conditions(WFInput=weather, WFContentItemPropertyName="UV Index")
if feels < 8:
    If_Result = "Take your winter coat."
else:
    if 8 <= feels <= 17:
        If_Result_2 = "A jacket will do."
    else:
        If_Result_2 = "T-shirt weather!"
    If_Result = If_Result_2
if uv > 5:
    is_workflow_actions_showresult(Text=f"{If_Result} Put on sunscreen.")
else:
    is_workflow_actions_showresult(Text=If_Result)
