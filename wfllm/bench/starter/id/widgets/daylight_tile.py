"""Show me on a tile how many hours of daylight there are today, from sunrise to sunset, along with the sunset time."""
weather = is_workflow_actions_weather_currentconditions()
sunrise = is_workflow_actions_properties_weather_conditions(WFInput=weather, WFContentItemPropertyName="Sunrise Time")
sunset = is_workflow_actions_properties_weather_conditions(WFInput=weather, WFContentItemPropertyName="Sunset Time")
hours = is_workflow_actions_gettimebetweendates(WFTimeUntilFromDate=sunrise, WFInput=sunset, WFTimeUntilUnit="Hours")
is_workflow_actions_showresult(Text=f"{hours} h of daylight, sunset at {sunset}")
