"""What will the weekend bring? Go through the daily forecast, keep Saturday and Sunday only, list the day with condition, high and low, and send me the lines as a notification titled Weekend."""
days = is_workflow_actions_weather_forecast()
for Repeat_Index, Repeat_Item in enumerate(days, start=1):
    day = is_workflow_actions_properties_weather_conditions(WFInput=Repeat_Item, WFContentItemPropertyName="Date")
    name = is_workflow_actions_format_date(WFDate=day, WFDateFormatStyle="Custom", WFDateFormat="EEEE")
    if name == "Saturday" or name == "Sunday":
        line = f"{name}: {get_property(Repeat_Item, 'Condition')}, {get_property(Repeat_Item, 'High')} / {get_property(Repeat_Item, 'Low')}"
        Weekend.append(line)
outlook = is_workflow_actions_text_combine(text=Weekend)
is_workflow_actions_notification(WFNotificationActionTitle="Weekend", WFNotificationActionBody=outlook)
