"""Make my packing list. Ask for the destination and the number of nights, look at the daily forecast there, and put reminders in for the basics (passport, charger, toothbrush), one pair of socks per night as a single reminder, an umbrella if rain shows up, and a warm jacket if the low is under 8 degrees, else sunglasses."""
destination = input("Where to?")
nights = ask("How many nights?", type="Number", default=3)
forecast = is_workflow_actions_weather_forecast(WFWeatherCustomLocation=destination)
low = is_workflow_actions_properties_weather_conditions(WFInput=forecast, WFContentItemPropertyName="Low")
lowest = is_workflow_actions_statistics(Input=low, WFStatisticsOperation="Minimum")
Things = ["Passport", "Charger", "Toothbrush"]
Things.append(f"{nights} pairs of socks")
if "Rain" in f"{forecast}":
    Things.append("Umbrella")
if lowest < 8:
    Things.append("Warm jacket")
else:
    Things.append("Sunglasses")
for Repeat_Index, Repeat_Item in enumerate(Things, start=1):
    is_workflow_actions_addnewreminder(WFCalendarItemTitle=Repeat_Item, WFCalendarItemNotes=f"Trip to {destination}")
count = is_workflow_actions_count(Input=Things)
is_workflow_actions_notification(WFNotificationActionBody=f"{count} things to pack.")
