"""For my lock screen: return one line with the title, place and start time of the next thing on today's calendar, like "14:30 Dentist (Main Street)". If nothing is left today, return "All clear"."""
event = is_workflow_actions_getupcomingevents(WFDateSpecifier="Today")
if event:
    start = is_workflow_actions_properties_calendarevents(WFInput=event, WFContentItemPropertyName="Start Date")
    time = is_workflow_actions_format_date(WFDate=start, WFDateFormatStyle="Custom", WFDateFormat="HH:mm")
    If_Result = f"{time} {get_property(event, 'Title')} ({get_property(event, 'Location')})"
else:
    If_Result = "All clear"
output(If_Result)
