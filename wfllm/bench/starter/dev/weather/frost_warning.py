"""Warn me before frost: if tomorrow's low in the daily forecast is at or below zero, remind me at 7 am to scrape the car; send "No frost" as a quiet notification if not. Tomorrow is the second day of the forecast."""
days = is_workflow_actions_weather_forecast()
tomorrow = is_workflow_actions_getitemfromlist(WFInput=days, WFItemSpecifier="Item At Index", WFItemIndex=2)
low = is_workflow_actions_properties_weather_conditions(WFInput=tomorrow, WFContentItemPropertyName="Low")
if low <= 0:
    is_workflow_actions_addnewreminder(WFCalendarItemTitle="Scrape the car", WFAlertEnabled="Alert", WFAlertCustomTime="Tomorrow at 7am")
else:
    is_workflow_actions_notification(WFNotificationActionBody="No frost", WFNotificationActionSound=False)
