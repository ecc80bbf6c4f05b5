"""I paste an itinerary with one stop per line, like "2027-07-18 09:30 Train to Lyon". Skip lines without a date. For the others make a calendar event of one hour with an alert an hour before and the line as its title, and tell me how many you added."""
itinerary = input("Paste the itinerary")
stops = is_workflow_actions_text_split(text=itinerary)
Added = 0
for Repeat_Index, Repeat_Item in enumerate(stops, start=1):
    start = is_workflow_actions_detect_date(WFInput=Repeat_Item)
    if start:
        end = is_workflow_actions_adjustdate(WFDate=start, WFDuration=quantity(1, "hr"))
        is_workflow_actions_addnewevent(WFCalendarItemTitle=Repeat_Item, WFCalendarItemStartDate=start, WFCalendarItemEndDate=end, WFAlertTime="1 hour before", ShowWhenRun=False)
        Added = is_workflow_actions_math(WFInput=Added, WFMathOperand=1)
is_workflow_actions_showresult(Text=f"{Added} stops added.")
