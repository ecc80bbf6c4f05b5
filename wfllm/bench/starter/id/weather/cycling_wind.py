"""Can I cycle? Check the wind speed and the chance of rain in the current weather. More than 30 of wind or more than 60 percent rain means take the train, so alert me; otherwise just buzz my phone."""
weather = is_workflow_actions_weather_currentconditions()
wind = is_workflow_actions_properties_weather_conditions(WFInput=weather, WFContentItemPropertyName="Wind Speed")
rain = is_workflow_actions_properties_weather_conditions(WFInput=weather, WFContentItemPropertyName="Precipitation Chance")
if wind > 30 or rain > 60:
    is_workflow_actions_alert(WFAlertActionTitle="Take the train", WFAlertActionMessage=f"Wind {wind}, rain {rain}")
else:
    is_workflow_actions_vibrate()
