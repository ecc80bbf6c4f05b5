"""Which of my cities is warmest right now? Berlin is at 52.52, 13.41, Rome at 41.89, 12.51 and Lisbon at 38.72, -9.13. For each ask https://api.open-meteo.com/v1/forecast?latitude=...&longitude=...&current=temperature_2m and read temperature_2m inside "current". Show all three, and below them the warmest city and its lead over the coldest one with one decimal."""
cities = {"Berlin": "latitude=52.52&longitude=13.41", "Rome": "latitude=41.89&longitude=12.51", "Lisbon": "latitude=38.72&longitude=-9.13"}
lowest = -100
Best = lowest
for Repeat_Index, Repeat_Item in enumerate(cities.keys(), start=1):
    place = cities[Repeat_Item]
    forecast = is_workflow_actions_downloadurl(WFURL=f"https://api.open-meteo.com/v1/forecast?{place}&current=temperature_2m")
    current = forecast["current"]
    temperature = current["temperature_2m"]
    Temperatures.append(temperature)
    line = f"{Repeat_Item}: {temperature}°"
    Lines.append(line)
    if temperature > Best:
        Best = temperature
        Winner = Repeat_Item
overview = is_workflow_actions_text_combine(text=Lines)
lead = is_workflow_actions_statistics(Input=Temperatures, WFStatisticsOperation="Range")
rounded_lead = is_workflow_actions_format_number(WFNumber=lead, WFNumberFormatDecimalPlaces=1)
is_workflow_actions_showresult(Text=f"{overview}\n\n{Winner} leads by {rounded_lead}°")
