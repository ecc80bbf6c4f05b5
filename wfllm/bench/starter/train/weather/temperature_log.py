"""Keep a weather diary. My shortcut "Balcony Sensor" gives back a dictionary with temp and humidity. Append the time, the place from the current weather, those two numbers and the official temperature as one comma separated line to Weather/diary.csv."""
sensor = run_shortcut("Balcony Sensor", current_date())
weather = is_workflow_actions_weather_currentconditions()
now = is_workflow_actions_format_date(WFDate=current_date(), WFDateFormatStyle="ISO 8601", WFISO8601IncludeTime=True)
is_workflow_actions_file_append(WFFilePath="Weather/diary.csv", WFInput=f"{now},{get_property(weather, 'Location')},{sensor['temp']},{sensor['humidity']},{get_property(weather, 'Temperature')}")
