"""One widget, four tiles. Ask me which I want: "Weather" shows the current conditions and temperature, "Agenda" lists the titles of my next three events, "Network" shows the Wi-Fi name and local IP address, and "Night" pauses playback, dims the screen to 10 percent, turns on dark mode and Do Not Disturb."""
match menu("Panel", ["Weather", "Agenda", "Network", "Night"]):
    case "Weather":
        weather = is_workflow_actions_weather_currentconditions()
        condition = is_workflow_actions_properties_weather_conditions(WFInput=weather, WFContentItemPropertyName="Condition")
        temperature = is_workflow_actions_properties_weather_conditions(WFInput=weather, WFContentItemPropertyName="Temperature")
        Menu_Result = f"{condition}, {temperature}"
    case "Agenda":
        events = is_workflow_actions_getupcomingevents(WFGetUpcomingItemCount=3)
        Repeat_Results = []
        for Repeat_Index, Repeat_Item in enumerate(events, start=1):
            title = is_workflow_actions_properties_calendarevents(WFInput=Repeat_Item, WFContentItemPropertyName="Title")
            line = f"{Repeat_Index}. {title}"
            Repeat_Results.append(line)
        agenda = is_workflow_actions_text_combine(text=Repeat_Results)
        Menu_Result = agenda
    case "Network":
        network = is_workflow_actions_getwifi()
        address = is_workflow_actions_getipaddress(WFIPAddressSourceOption="Local")
        Menu_Result = f"{network}: {address}"
    case "Night":
        is_workflow_actions_pausemusic(WFPlayPauseBehavior="Pause")
        is_workflow_actions_setbrightness(WFBrightness=0.1)
        is_workflow_actions_appearance(style="dark")
        is_workflow_actions_dnd_set(Enabled=True)
        Menu_Result = "Good night"
is_workflow_actions_showresult(Text=Menu_Result)
