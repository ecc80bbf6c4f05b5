"""Let my lamps tell the weather. Look up the current condition; with rain in it, list my LIFX lights, let me choose one and turn it blue (hue 240). Otherwise fire the event sunny in Home Assistant and have it call light.turn_off for everything. In both cases push fresh sensor data to Home Assistant."""
weather = is_workflow_actions_weather_currentconditions()
condition = is_workflow_actions_properties_weather_conditions(WFInput=weather, WFContentItemPropertyName="Condition")
if "Rain" in condition:
    lights = com_lifx_lifx_GetLightsIntent()
    light = is_workflow_actions_choosefromlist(WFInput=lights, WFChooseFromListActionPrompt="Which light?")
    com_lifx_lifx_LightColorIntent(target=light, isWhite=False, hue=240)
else:
    io_robbie_HomeAssistant_FireEventIntent(eventName="sunny", eventData="{}")
    io_robbie_HomeAssistant_CallServiceIntent(service="light.turn_off", payload='{"entity_id": "all"}')
io_robbie_HomeAssistant_UpdateSensorsIntent()
